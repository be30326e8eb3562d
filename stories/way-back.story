# A change can go back after everybody has it. Meeting notes are internal, so the change is Low: most of its ticket fills
# itself in, the release manager alone signs, and it is at 100 % within the day. In the night somebody finds it wrong.
after first-day

@ Tue 12 May 2026 09:15 Europe/London
cass$ leverframe change file examples/acme/changes/meeting-notes-v2.yaml
ci$ leverframe evidence add examples/acme/evals/meeting-notes-v2-against-v1.json --change CHG-2026-00001
remi$ leverframe change sign CHG-2026-00001 --role release_manager
@ Tue 12 May 2026 10:00
remi$ leverframe change ramp CHG-2026-00001
traffic meeting-notes: 4/min by day, 0/min by night, negative 3 %
@ until Tue 12 May 2026 13:10
ask meeting-notes: 1,000 people
traffic meeting-notes: stops

# Half past two at night. Sol is on call, and needs nobody.
@ until Wed 13 May 2026 02:30
sol$ leverframe changed --since 24h
sol$ leverframe change back CHG-2026-00001 --because "The notes name people who were not in the meeting."
ask meeting-notes: 1,000 people
sol$ leverframe change back CHG-2026-00001 --because "Once more, to be sure."

# It stays on record as what it was. To try again is a new change.
@ until Wed 13 May 2026 09:30
remi$ leverframe change review CHG-2026-00001 --close-code went_back --notes "v2 invents attendees. The suite asks for that now."
cass$ leverframe change show CHG-2026-00001 --ramp
cass$ leverframe change list
