# The handbook's worked example from its pull request on: the ticket fills itself, and lacks but what the release manager
# adds. A Low change of another team needs not even that.
after first-day

@ Tue 12 May 2026 09:30 Europe/London
ana$ leverframe change file --from-pr examples/acme/pull-requests/support-1482.json --check
ana$ leverframe change file --from-pr examples/acme/pull-requests/support-1482.json
ana$ leverframe change show CHG-2026-00001

# Remi writes how it comes back, and confirms the kill switch: the way back is hers to see to, and she signs it still.
remi$ leverframe change edit CHG-2026-00001 --set "rollback_plan=Remi aborts the ramp; Sol checks that no call gets v8." --set kill_switch=feature/customer-support-ai
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change sign CHG-2026-00001 --role release_manager
remi$ leverframe change schedule CHG-2026-00001
ana$ leverframe change why CHG-2026-00001

# Low: one line, and nothing is missing but the evals and one sign-off.
cass$ leverframe change file --from-pr examples/acme/pull-requests/notes-311.json
cass$ leverframe change why CHG-2026-00002
