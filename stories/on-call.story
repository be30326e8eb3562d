# Who is on call? The paging list of a ticket names a rota. Until its file is sent, everybody of the group is paged; from
# then on whoever the rota names at that moment, and when it has ended, that is said.
after first-day

@ Tue 12 May 2026 09:30 Europe/London
ana$ leverframe change file examples/acme/changes/support-prompt-v8.yaml
ana$ leverframe change paging CHG-2026-00001

# A job posts the export of the paging tool each night; tonight Cass does it, and then sends a wrong file too.
copy examples/acme/calendars/finance.csv to finance.csv
copy examples/acme/rotas/ai-feature-on-call.ics to ai-feature-on-call.ics
vic$ leverframe rota put ai-feature-on-call ai-feature-on-call.ics
cass$ leverframe rota put ai-feature-on-call ai-feature-on-call.ics
cass$ leverframe rota put ai-feature-on-call finance.csv
ana$ leverframe change paging CHG-2026-00001

# On Friday morning Cass has the pager.
@ until Fri 15 May 2026 08:30
ana$ leverframe change paging CHG-2026-00001
ana$ leverframe rota list

# A week later nobody has sent the next one.
@ until Fri 22 May 2026 09:00
ana$ leverframe change paging CHG-2026-00001
ana$ leverframe rota list
