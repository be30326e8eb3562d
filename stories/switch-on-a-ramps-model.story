# Sol throws a model's kill switch while a ramp serves that model. The gateways give everybody the whole unit that runs,
# at once; the ramp holds. Setting the switch again takes two signatures and an open window, and then the ramp goes on.
after own-high-change

traffic underwriting-decision-v2 in uk: 5/min by day, 0.2/min by night, negative 2 %
traffic underwriting-decision-v2 in eu: 3/min by day, 0.2/min by night, negative 2 %
@ until Tue 19 May 2026 11:30
ask underwriting-decision-v2 in uk: 10,000 people

# One person, one reason, any hour. The receipt counts who has obeyed.
sol$ leverframe switch throw model/bedrock.anthropic.claude-sonnet-4-5 --because "The provider reports wrong answers since 11:20." --ticket INC-771
ask underwriting-decision-v2 in uk: 10,000 people
sol$ leverframe changed --since 1h
@ until Tue 19 May 2026 13:00
remi$ leverframe change show CHG-2026-00002 --ramp

# The provider is well again at five. Sol may not set the switch, and those who may have to wait for the window.
@ until Tue 19 May 2026 17:00
sol$ leverframe switch set model/bedrock.anthropic.claude-sonnet-4-5 --role platform_engineer --because "The provider is well again."
cass$ leverframe switch set model/bedrock.anthropic.claude-sonnet-4-5 --role platform_engineer --because "The provider is well again."
remi$ leverframe switch set model/bedrock.anthropic.claude-sonnet-4-5 --role release_manager --because "INC-771 is closed."
sol$ leverframe switch show model/bedrock.anthropic.claude-sonnet-4-5
@ until Wed 20 May 2026 10:00, looking every 30 minutes
# What was served meanwhile counts for nothing, on either side.
@ until Wed 20 May 2026 12:30
ask underwriting-decision-v2 in uk: 10,000 people
remi$ leverframe change show CHG-2026-00002 --ramp
