# Somebody puts a prompt into production by hand, and files the ticket the day after. What a gateway tells of each call names
# the unit that answered; no change explains this one, and the ticket that comes later does not make it right.
after first-day

@ Tue 12 May 2026 20:00 Europe/London
traffic customer-support-ai: 20/min by day, 4/min by night
edge-1 answers customer-support-ai with customer-support@v8 by hand: 40 people
@ until Tue 12 May 2026 20:10
rita$ leverframe population unauthorised --from 2026-05-12 --to 2026-05-13

# The morning after there is a ticket for it.
@ Wed 13 May 2026 09:00
ana$ leverframe change file examples/acme/changes/support-prompt-v8.yaml
@ until Wed 13 May 2026 09:20
rita$ leverframe population unauthorised --from 2026-05-12 --to 2026-05-13
rita$ leverframe population --from 2026-05-12 --to 2026-05-13 --failure no_ticket

# What it was is said by a person, and is part of the record, which stays.
vic$ leverframe population settle UNA-1 --because "nothing to see"
remi$ leverframe population settle UNA-1 --change CHG-2026-00001 --because "deployed by hand the evening before; talked over with the team"
rita$ leverframe population unauthorised --from 2026-05-12 --to 2026-05-13
