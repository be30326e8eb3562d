# The next change makes the answers brisk. Its evals show no difference: forty cases cannot see it. People can: of a
# hundred answers twelve get a thumb down, not four. The ramp finds out while few people are on it, and goes back.
after support-prompt

@ Mon 18 May 2026 09:30 Europe/London
copy examples/acme/changes/support-prompt-v9.yaml to change.yaml
edit change.yaml
  -   opens_at: 2026-05-14 14:40
  -   closes_at: 2026-05-14 16:00
  -   not_after: 2026-05-28 16:00
  +   opens_at: 2026-05-19 10:00
  +   closes_at: 2026-05-19 12:00
  +   not_after: 2026-05-28 16:00
ana$ leverframe change file change.yaml
ci$ leverframe evidence add examples/acme/evals/support-v9-against-v8.json --change CHG-2026-00002
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1497.json --change CHG-2026-00002
cass$ leverframe change sign CHG-2026-00002 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00002 --role feature_engineer
remi$ leverframe change sign CHG-2026-00002 --role release_manager
remi$ leverframe change schedule CHG-2026-00002

@ until Tue 19 May 2026 10:00
traffic customer-support-ai: 10/min by day, 1/min by night, negative 4 %, candidate 12 %
@ until Tue 19 May 2026 14:00

# Nobody was needed for that. Everybody gets v8 again, and Sol sees what happened and why.
ask customer-support-ai: 1,000 people
sol$ leverframe changed --since 4h
remi$ leverframe change show CHG-2026-00002 --ramp
# Was the rule right? Today it is asked again, about the counts of then.
remi$ leverframe replay CHG-2026-00002
remi$ leverframe change review CHG-2026-00002 --close-code rolled_back --notes "Brisk answers cite nothing; the suite gets a check for it."
