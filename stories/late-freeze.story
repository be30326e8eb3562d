# A freeze that comes late. On Tuesday evening Sol hears of a day of mourning: nothing may move on Wednesday, when a change
# is to start. One person is enough to declare it, and it holds at once; whose changes it meets is said, and they are told.
after first-day

@ Tue 12 May 2026 09:30 Europe/London
ana$ leverframe change file examples/acme/changes/support-prompt-v8.yaml
ci$ leverframe evidence add examples/acme/evals/support-v8-against-v7.json --change CHG-2026-00001
ci$ leverframe evidence pull-request examples/acme/pull-requests/support-1482.json --change CHG-2026-00001
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change sign CHG-2026-00001 --role release_manager
remi$ leverframe change schedule CHG-2026-00001

# Whom would it meet? Nothing is declared by asking.
@ Tue 12 May 2026 18:10
sol$ leverframe freeze declare "day of mourning" --from 2026-05-13 --to 2026-05-13 --owner release-managers --because "The country mourns; nobody ships." --check
vic$ leverframe freeze declare "day of mourning" --from 2026-05-13 --to 2026-05-13 --owner release-managers --because "The country mourns; nobody ships."
sol$ leverframe freeze declare "day of mourning" --from 2026-05-13 --to 2026-05-13 --owner release-managers --because "The country mourns; nobody ships."
@ until Tue 12 May 2026 18:20
ana$ leverframe change why CHG-2026-00001
ana$ leverframe freeze show FRZ-1
remi$ leverframe change slots CHG-2026-00001

# The people of the change would rather start in the afternoon. To let traffic widen takes what replaces the policy takes.
@ until Wed 13 May 2026 09:00
remi$ leverframe freeze lift FRZ-1 --because "The ceremony is in the morning; the afternoon is free."
remi$ leverframe freeze keep FRZ-1 --because "Rita asks that the whole day be kept."
sol$ leverframe freeze amend FRZ-1 --to 2026-05-14 --because "The funeral is on Thursday."

# Finance sends its calendar. What it does not tell is said beside it.
copy examples/acme/calendars/finance.csv to finance.csv
remi$ leverframe freeze import finance.csv --owner release-managers --target underwriting-decision-v2
remi$ leverframe freeze import finance.csv --owner release-managers --target underwriting-decision-v2
remi$ leverframe calendar 2026-05
ana$ leverframe change why CHG-2026-00001
