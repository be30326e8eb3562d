# The handbook's worked example: a prompt change to a customer-support AI that serves 4 million people. It is filed
# and signed by the CAB on Tuesday, ramps by itself from Wednesday 10:00, and is reviewed on Friday.
after first-day

@ Tue 12 May 2026 09:30 Europe/London
ana$ leverframe change file examples/acme/changes/support-prompt-v8.yaml
ana$ leverframe change why CHG-2026-00001

# The build server posts the evals of v8 beside those of v7, which runs.
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001

# The CAB sits at ten. Each of them reads the change and signs what stands.
@ Tue 12 May 2026 10:00
cass$ leverframe change show CHG-2026-00001
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change sign CHG-2026-00001 --role release_manager
remi$ leverframe change schedule CHG-2026-00001

# From here on nobody has to do anything. About ten people a minute ask by day, and one by night; of a hundred
# answers four get a thumb down, whichever prompt gave them.
@ until Wed 13 May 2026 10:00
traffic customer-support-ai: 10/min by day, 1/min by night, negative 4 %
@ until Wed 13 May 2026 10:20
ask customer-support-ai: 1,000 people
@ until Wed 13 May 2026 14:40
remi$ leverframe change show CHG-2026-00001 --ramp
ask customer-support-ai: 1,000 people

# Anybody who is asked about one answer can say where it came from.
call customer-support-ai by person-00012
sol$ leverframe why lf1.…1

@ until Thu 14 May 2026 14:40
remi$ leverframe change list
ask customer-support-ai: 1,000 people

# On Friday morning the change is reviewed; it closes a day after it has settled.
traffic customer-support-ai: stops
@ until Fri 15 May 2026 09:30
remi$ leverframe change review CHG-2026-00001 --close-code successful --notes "No complaint about Acme Home; v8 stays." --hours 4
@ until Fri 15 May 2026 14:35
ana$ leverframe change show CHG-2026-00001 --ramp
ana$ leverframe change show CHG-2026-00001
sol$ leverframe audit verify
