# A change settles, and a week later people find that it did harm which no guardrail reads. Its review says so, says what
# was learned, and leaves an action that somebody owes.
after first-day

@ Tue 12 May 2026 09:15 Europe/London
cass$ leverframe change file examples/acme/changes/meeting-notes-v2.yaml
ci$ leverframe evidence add examples/acme/evals/meeting-notes-v2-against-v1.json --change CHG-2026-00001
remi$ leverframe change sign CHG-2026-00001 --role release_manager
@ Tue 12 May 2026 10:00
remi$ leverframe change ramp CHG-2026-00001
traffic meeting-notes: 4/min by day, 0/min by night, negative 3 %
@ until Tue 12 May 2026 13:10
traffic meeting-notes: stops

# Nobody holds the review. It is due on Tuesday, and overdue the day after.
@ until Wed 20 May 2026 09:30
remi$ leverframe follow-up list
cleo$ leverframe change review CHG-2026-00001 --close-code unsuccessful --notes "It leaves decisions out."
remi$ leverframe change review CHG-2026-00001 --close-code unsuccessful --notes "It leaves decisions out."
remi$ leverframe change review CHG-2026-00001 --close-code unsuccessful --notes "It leaves decisions out of long meetings." --learned "The suite has no meeting longer than an hour." --action "2026-05-29 cass Add ten long meetings to the suite" --action "2026-05-10 nobody-known Tell support"
remi$ leverframe change review CHG-2026-00001 --close-code unsuccessful --notes "It leaves decisions out of long meetings." --learned "The suite has no meeting longer than an hour." --action "2026-05-29 cass Add ten long meetings to the suite" --hours 9
remi$ leverframe change show CHG-2026-00001

@ until Wed 20 May 2026 10:00
cass$ leverframe follow-up list --mine
cass$ leverframe follow-up hand 3 --to adi --because "She keeps the suite."
cass$ leverframe follow-up drop 2 --because "No time."
cass$ leverframe follow-up done 2 --note "The scores never showed it: they are as before."
remi$ leverframe follow-up list
