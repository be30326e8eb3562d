# Vic works in Facilities. Vic has an account, because the catalog knows Vic, and no role. Vic tries everything.
after first-day

@ Tue 12 May 2026 09:30 Europe/London
ana$ leverframe change file examples/acme/changes/support-prompt-v8.yaml
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001

# Reading is open to everybody who has an account; the audit log is not.
vic$ leverframe change why CHG-2026-00001
vic$ leverframe audit list

# A change of one's own, or somebody else's.
vic$ leverframe change file examples/acme/changes/support-prompt-v9.yaml
vic$ leverframe change edit CHG-2026-00001 examples/acme/changes/support-prompt-v9.yaml
vic$ leverframe change cancel CHG-2026-00001 --because "I do not like it"
vic$ leverframe evidence add examples/acme/evals/support-v9-against-v8.json --change CHG-2026-00001
vic$ leverframe change sign CHG-2026-00001 --role release_manager
vic$ leverframe change schedule CHG-2026-00001
vic$ leverframe change ramp CHG-2026-00001
vic$ leverframe change review CHG-2026-00001 --close-code successful --notes "fine"

# A ramp that runs.
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change sign CHG-2026-00001 --role release_manager
@ Wed 13 May 2026 10:00
remi$ leverframe change ramp CHG-2026-00001
vic$ leverframe change hold CHG-2026-00001 --because "wait for me"
vic$ leverframe change promote CHG-2026-00001 --role release_manager --because "hurry up"
vic$ leverframe change abort CHG-2026-00001 --because "stop it"
vic$ leverframe change back CHG-2026-00001 --because "take it back"

# A switch, a unit, the policy, people and machines.
vic$ leverframe switch throw feature/customer-support-ai --because "off with it"
vic$ leverframe switch set tenant/enterprise-tenant-12891 --role support_engineer --because "they asked me"
vic$ leverframe targets adopt meeting-notes examples/acme/units/meeting-notes.yaml
vic$ leverframe policy load examples/acme
vic$ leverframe user add robin --password-stdin
vic$ leverframe user disable remi --because "no"
vic$ leverframe gateway enrol edge-3
vic$ leverframe gateway revoke edge-1 --because "no"
vic$ leverframe table raise-epoch --because "why not"

# Signing needs a person: the build server's token may post evals, and nothing else.
ci$ leverframe change sign CHG-2026-00001 --role release_manager
ci$ leverframe change abort CHG-2026-00001 --because "red build"

# Nothing of this has moved anything.
remi$ leverframe change list
sol$ leverframe audit list --actor vic
