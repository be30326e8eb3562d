# Ana edits a change that is signed. The sign-offs are void, and say why; who signs what they read before is told that it
# has changed. What is not signed, such as who is paged, may be edited at any time.
after first-day

@ Tue 12 May 2026 09:30 Europe/London
copy examples/acme/changes/support-prompt-v8.yaml to change.yaml
ana$ leverframe change file change.yaml
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer

# Sam is to be paged as well. Nobody signed who is paged.
edit change.yaml
  - paging: [ai-feature-on-call]
  + paging: [ai-feature-on-call, sam]
ana$ leverframe change edit CHG-2026-00001 change.yaml
ana$ leverframe change why CHG-2026-00001

# Half of the people is more than Ana wants to reach before everybody gets it.
@ Tue 12 May 2026 11:00
edit change.yaml
  -   max_share_percent: 50
  +   max_share_percent: 60
ana$ leverframe change edit CHG-2026-00001 change.yaml
ana$ leverframe change why CHG-2026-00001

# Remi has read it before, and signs what he has read.
remi$ leverframe change sign CHG-2026-00001 --role release_manager --digest sha256:…1
remi$ leverframe change sign CHG-2026-00001 --role release_manager
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change schedule CHG-2026-00001

# New evals are part of what is signed, too: a second run of the same suite voids the sign-offs, and disarms the change.
@ Tue 12 May 2026 14:00
copy examples/acme/evals/support-v8-against-v7.json to second-run.json
edit second-run.json
  -     "version": 3,
  +     "version": 3,
  +     "description": "the same suite, run again",
ci$ leverframe evidence add second-run.json --change CHG-2026-00001
cass$ leverframe change why CHG-2026-00001
cass$ leverframe audit list --object CHG-2026-00001 --since 4h
