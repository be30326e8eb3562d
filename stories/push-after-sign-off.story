# A prompt's code is read by two, one of them for the prompt review committee. A check has failed, then somebody pushes
# after the board has signed: only the newest commit counts, and the sign-offs are void.
after first-day

@ Tue 12 May 2026 09:30 Europe/London
ana$ leverframe change file examples/acme/changes/support-prompt-v8.yaml
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
cleo$ leverframe change why CHG-2026-00001

# Ana may not say herself who has read it; the pipeline says it. The security scan has failed.
copy examples/acme/pull-requests/support-1482.json to pull-request.json
ana$ leverframe evidence pull-request pull-request.json --change CHG-2026-00001
edit pull-request.json
  -       "completedAt": "2026-05-11T15:15:41Z",
  -       "conclusion": "SUCCESS",
  +       "completedAt": "2026-05-11T15:15:41Z",
  +       "conclusion": "FAILURE",
ci$ leverframe evidence pull-request pull-request.json --change CHG-2026-00001 --gate

# It is mended, and runs again; the board signs.
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001 --gate
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change sign CHG-2026-00001 --role release_manager
remi$ leverframe change schedule CHG-2026-00001

# In the afternoon Ana pushes a word more.
@ Tue 12 May 2026 14:00
copy examples/acme/pull-requests/support-1482.json to pushed.json
edit pushed.json
  -   "headRefOid": "8c1f0b7e5a9d24c36e7b1f4d0a2c95836b7ef410",
  +   "headRefOid": "b04417c0e2d9a8f35e61c7d24a90fb8835ce1d76",
ci$ leverframe evidence pull-request pushed.json --change CHG-2026-00001
remi$ leverframe change why CHG-2026-00001
remi$ leverframe audit list --object CHG-2026-00001 --since 4h
