# The CAB that takes five minutes. Half an hour before ten the agenda is built by itself; at ten one item is opened, five
# questions are answered by what the gates know, and it is sent back for one of the fixed reasons; the next day it is approved.
after first-day

@ Tue 12 May 2026 09:00 Europe/London
ana$ leverframe change file examples/acme/changes/support-prompt-v8.yaml
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001

# Before it is built, the agenda is shown as it would be now.
ana$ leverframe cab

# Cass is at the dentist in the morning, and names Sol, who is on call.
cass$ leverframe cab delegate sol --role platform_engineer --from "2026-05-12 09:30" --to "2026-05-12 13:00" --because "I am at the dentist."
cass$ leverframe cab delegate vic --role platform_engineer --from "2026-05-12 09:30" --to "2026-05-12 13:00" --because "I am at the dentist."

@ until Tue 12 May 2026 10:00
vic$ leverframe cab open CAB-2026-05-12 CHG-2026-00001
cleo$ leverframe cab open CAB-2026-05-12 CHG-2026-00001
cleo$ leverframe cab show CAB-2026-05-12 CHG-2026-00001

# How it is built was decided in the code review; here it is no reason.
cleo$ leverframe cab return CAB-2026-05-12 CHG-2026-00001 --role feature_engineer --reason "another model would be better"
@ until Tue 12 May 2026 10:04
sol$ leverframe cab approve CAB-2026-05-12 CHG-2026-00001 --role platform_engineer --for cass
cleo$ leverframe cab return CAB-2026-05-12 CHG-2026-00001 --role feature_engineer --reason window_not_right --note "The help desk is thin on Wednesday."
ana$ leverframe change why CHG-2026-00001
ana$ leverframe cab

# Cleo hears that the help desk is staffed after all. What Sol has signed still stands, and the change comes to the next meeting.
@ until Tue 12 May 2026 11:00
ana$ leverframe cab take-back CHG-2026-00001 --because "It is fine."
cleo$ leverframe cab take-back CHG-2026-00001 --because "The help desk is staffed after all."
@ until Wed 13 May 2026 10:00
cass$ leverframe cab
cass$ leverframe cab open CAB-2026-05-13 CHG-2026-00001
cass$ leverframe cab approve CAB-2026-05-13 CHG-2026-00001 --role platform_engineer
@ until Wed 13 May 2026 10:05
ana$ leverframe cab approve CAB-2026-05-13 CHG-2026-00001 --role feature_engineer
cleo$ leverframe cab approve CAB-2026-05-13 CHG-2026-00001 --role feature_engineer --condition "Sol watches the first hour."
cleo$ leverframe cab
cleo$ leverframe cab returns --since 2026-05-01
