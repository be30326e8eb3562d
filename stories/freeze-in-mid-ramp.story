# A freeze begins while a ramp is under way. It comes by a proposed policy, which the release manager and AI Risk sign by
# the rules of the policy that stands. The ramp holds where it is, and goes on when the freeze has ended.
after first-day

@ Tue 12 May 2026 09:10 Europe/London
copy examples/acme/changes/support-prompt-v8.yaml to change.yaml
edit change.yaml
  -   opens_at: 2026-05-13 10:00
  -   closes_at: 2026-05-13 12:00
  +   opens_at: 2026-05-12 10:00
  +   closes_at: 2026-05-12 12:00
ana$ leverframe change file change.yaml
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change sign CHG-2026-00001 --role release_manager
remi$ leverframe change schedule CHG-2026-00001
@ until Tue 12 May 2026 10:00
traffic customer-support-ai: 10/min by day, 1/min by night, negative 4 %
@ until Tue 12 May 2026 11:00

# A payment provider moves house tonight. Cass proposes that nothing widens meanwhile.
copy examples/acme to proposal
edit proposal/policy.yaml
  - freezes:
  + freezes:
  +   - name: payment move
  +     starts: 2026-05-12 12:00
  +     ends: 2026-05-13 11:00
  +     zone: Europe/London
  +     because: The payment provider moves house; support is busy, and so is the on-call.
cass$ leverframe policy check proposal
cass$ leverframe policy load proposal

# The old policy asks for one release manager and one of AI Risk. Sol is neither.
sol$ leverframe policy sign sha256:…2 --role on_call
remi$ leverframe policy sign sha256:…2 --role release_manager
rita$ leverframe policy sign sha256:…2 --role ai_risk

# The freeze begins at noon, and the ramp holds. Its bake ends at 14:30, its evidence is good, and still it holds.
@ until Tue 12 May 2026 15:00
remi$ leverframe change show CHG-2026-00001 --ramp
# Fewer people ask in the evening. It goes on by itself, at the hour at which the freeze ends.
traffic customer-support-ai: 3/min by day, 1/min by night, negative 4 %
@ until Wed 13 May 2026 11:00, looking every 30 minutes
remi$ leverframe change show CHG-2026-00001 --ramp
