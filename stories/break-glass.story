# An emergency on a Friday evening. A withdrawn price list is quoted to customers; the fix is ready, and no window is open
# until Tuesday. On call asks, an executive lets it pass, and what was passed is owed. The auditor sees all of it.
after first-day

@ Fri 15 May 2026 18:05 Europe/London
copy examples/acme/changes/support-prompt-v8.yaml to fix.yaml
edit fix.yaml
  - opens_at: 2026-05-13 10:00
  + opens_at: 2026-05-15 18:00
  - closes_at: 2026-05-13 12:00
  + closes_at: 2026-05-15 23:00
ana$ leverframe change file fix.yaml
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change ramp CHG-2026-00001

# Who wrote it may not ask; what keeps it within its bounds is never passed.
ana$ leverframe change break-glass CHG-2026-00001 --gate window --because "The old price list is quoted."
sol$ leverframe change break-glass CHG-2026-00001 --gate kill_switch --minutes 600 --because "The old price list is quoted."
sol$ leverframe change break-glass CHG-2026-00001 --gate window --gate sign_offs --minutes 60 --because "The old price list is quoted."
remi$ leverframe change ramp CHG-2026-00001
remi$ leverframe change approve-break-glass CHG-2026-00001
rita$ leverframe change approve-break-glass CHG-2026-00001
remi$ leverframe change ramp CHG-2026-00001
rita$ leverframe debt list

# On Tuesday evening it is due. Who has not signed yet may do so still; the gate itself says when it is paid.
@ until Tue 19 May 2026 17:30
rita$ leverframe debt list
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
remi$ leverframe change sign CHG-2026-00001 --role release_manager
@ until Tue 19 May 2026 17:35
rita$ leverframe debt list
rita$ leverframe population --from 2026-05-15 --to 2026-05-19
rita$ leverframe population unauthorised --from 2026-05-15 --to 2026-05-19
