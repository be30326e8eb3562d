# A change to a feature that decides about people is High. Whoever writes it may neither sign it nor run it, whatever
# else they may do; and AI Risk has to sign.
after first-day

# Remi manages releases, and could sign and run any change but this one: he has written it himself.
@ Mon 18 May 2026 09:30 Europe/London
remi$ leverframe change file examples/acme/changes/underwriting-model.yaml
ci$ leverframe evidence add examples/acme/evals/underwriting-sonnet-against-gpt-4o.json --change CHG-2026-00001
remi$ leverframe change sign CHG-2026-00001 --role release_manager
remi$ leverframe change ramp CHG-2026-00001
remi$ leverframe change cancel CHG-2026-00001 --because "Ana files it: nobody else manages releases"

# So Ana files it. She may not sign it either.
ana$ leverframe change file examples/acme/changes/underwriting-model.yaml
ci$ leverframe evidence add examples/acme/evals/underwriting-sonnet-against-gpt-4o.json --change CHG-2026-00002
ana$ leverframe change sign CHG-2026-00002 --role feature_engineer

# What stops it is read by another before anybody signs: Ana cannot review what she wrote, and Rita tries the way back.
cass$ leverframe change sign CHG-2026-00002 --role platform_engineer
ana$ leverframe change review-field CHG-2026-00002 rollback_plan --comment "It is mine."
rita$ leverframe change review-field CHG-2026-00002 rollback_plan --comment "I walked through each step with the underwriters."
cleo$ leverframe change review-field CHG-2026-00002 kill_switch --comment "I threw it on staging, and the queue filled."
cleo$ leverframe change review-field CHG-2026-00002 blast_radius --comment "These are all who apply in both regions."

# Rita sees a step that is missing. Ana writes it, and Rita reads it once more.
@ Mon 18 May 2026 10:15
ana$ leverframe change edit CHG-2026-00002 --set rollback_plan="1. Remi aborts the ramp. 2. Cleo lists the applications of the candidate. 3. Underwriters look at each of them again before a letter leaves. 4. Sol throws the switch if that is not enough."
rita$ leverframe change why CHG-2026-00002
rita$ leverframe change review-field CHG-2026-00002 rollback_plan --comment "Now the letters wait, as they must."

# The CAB signs, but AI Risk is away. Remi cannot start it.
cass$ leverframe change sign CHG-2026-00002 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00002 --role feature_engineer
remi$ leverframe change sign CHG-2026-00002 --role release_manager
@ Tue 19 May 2026 10:00
remi$ leverframe change ramp CHG-2026-00002
remi$ leverframe change sign CHG-2026-00002 --role ai_risk

@ Tue 19 May 2026 10:30
rita$ leverframe change show CHG-2026-00002
rita$ leverframe change sign CHG-2026-00002 --role ai_risk --comment "The eval deltas are within what we agreed."

# Signed by all, it is still not Ana who runs it.
ana$ leverframe change ramp CHG-2026-00002
remi$ leverframe change ramp CHG-2026-00002
ask underwriting-decision-v2 in uk: 10,000 people
