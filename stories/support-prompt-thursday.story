# The same change, filed for Thursday. Half of all people would stand on it over the weekend, so the forecast goes round
# the weekend, and so does the ramp: it holds at 10 % and says until when.
after first-day

@ Tue 12 May 2026 09:30 Europe/London
copy examples/acme/changes/support-prompt-v8.yaml to support-prompt-thursday.yaml
edit support-prompt-thursday.yaml
  -   opens_at: 2026-05-13 10:00
  -   closes_at: 2026-05-13 12:00
  +   opens_at: 2026-05-14 10:00
  +   closes_at: 2026-05-14 12:00
ana$ leverframe change file support-prompt-thursday.yaml
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001
ana$ leverframe change why CHG-2026-00001

cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change sign CHG-2026-00001 --role release_manager
remi$ leverframe change schedule CHG-2026-00001

@ until Thu 14 May 2026 10:00
traffic customer-support-ai: 10/min by day, 1/min by night, negative 4 %
@ until Thu 14 May 2026 15:00
remi$ leverframe change list
remi$ leverframe change show CHG-2026-00001 --ramp

# Nobody widens it meanwhile, whatever the evidence says. To keep this story short, nobody asks either: a silence promotes
# nothing, and once people ask again what was proved stands.
traffic customer-support-ai: stops
@ until Tue 19 May 2026 09:30
traffic customer-support-ai: 5/min by day, 1/min by night, negative 4 %
@ until Wed 20 May 2026 10:00, looking every 30 minutes
remi$ leverframe change show CHG-2026-00001 --ramp
