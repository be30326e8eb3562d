# A customer has paused AI until the end of June, and the policy's file says so. The pause ends with that day in the
# customer's own zone, Chicago; it lapses when the next window opens, and the log names who had set the date. A week and
# a day before, the switch's owner and the customer's contact are told.
after first-day

@ Tue 23 Jun 2026 10:00 Europe/London
@ Mon 29 Jun 2026 10:00 Europe/London
sol$ leverframe switch show tenant/enterprise-tenant-12891
ask customer-support-ai for enterprise-tenant-12891: 100 people
ask customer-support-ai: 100 people

# The thirtieth of June ends in Chicago at six in the morning in London. Nothing widens before ten.
@ until Wed 01 Jul 2026 09:30
ask customer-support-ai for enterprise-tenant-12891: 100 people
@ until Wed 01 Jul 2026 10:00
ask customer-support-ai for enterprise-tenant-12891: 100 people
sol$ leverframe switch show tenant/enterprise-tenant-12891
sol$ leverframe audit list --object tenant/enterprise-tenant-12891

# A pause that has to last longer is thrown again, by one person, with another date.
sol$ leverframe switch throw tenant/enterprise-tenant-12891 --because "Their audit takes until autumn." --ticket SUP-44990 --expires-on 2026-09-30
ask customer-support-ai for enterprise-tenant-12891: 100 people
