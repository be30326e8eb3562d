# A change has reached everybody on Thursday. On Friday morning its review opens by itself, with what happened already
# filled in, and takes ten minutes. What is to be looked at later is forgotten once, and only once.
after first-day

@ Thu 14 May 2026 09:15 Europe/London
cass$ leverframe change file examples/acme/changes/meeting-notes-v2.yaml
ci$ leverframe evidence add examples/acme/evals/meeting-notes-v2-against-v1.json --change CHG-2026-00001
remi$ leverframe me
remi$ leverframe change sign CHG-2026-00001 --role release_manager
@ Thu 14 May 2026 10:00
remi$ leverframe change ramp CHG-2026-00001
traffic meeting-notes: 4/min by day, 0/min by night, negative 3 %
@ until Thu 14 May 2026 13:10
traffic meeting-notes: stops
cass$ leverframe follow-up list

# Friday morning.
@ until Fri 15 May 2026 09:30
cass$ leverframe me
remi$ leverframe change review CHG-2026-00001 --close-code successful --hours 4 --notes "The metrics held."
@ until Fri 15 May 2026 13:30
remi$ leverframe change show CHG-2026-00001
remi$ leverframe change time

# Nobody has looked at the live scores. On Monday the team hears of it again.
@ until Mon 18 May 2026 09:30
cass$ leverframe audit list --act follow_up.
vic$ leverframe follow-up done 2 --note "It looks fine."
cass$ leverframe follow-up done 2 --note "The scores are where they were a week ago."
cass$ leverframe me
