# Claims are summed up in three regions. Australia goes first, then the EU, then the US, each within its own hours: from
# ten to four on Tuesdays to Thursdays in Sydney, Berlin and New York. A region keeps what it has while the next widens.
after first-day

@ Mon 18 May 2026 10:00 Europe/London
ana$ leverframe change file examples/acme/changes/claims-regions.yaml
ci$ leverframe evidence add examples/acme/evals/claims-v3-against-v2.json --change CHG-2026-00001
ci$ leverframe evidence pull-request examples/acme/pull-requests/claims-902.json --change CHG-2026-00001
ana$ leverframe change why CHG-2026-00001
cass$ leverframe change sign CHG-2026-00001 --role platform_engineer
cleo$ leverframe change sign CHG-2026-00001 --role feature_engineer
remi$ leverframe change sign CHG-2026-00001 --role release_manager
remi$ leverframe change schedule CHG-2026-00001

@ until Tue 19 May 2026 01:00
traffic claims-summary in au: 0.7/min by day, 0.2/min by night, negative 4 %
traffic claims-summary in eu: 2/min by day, 0.2/min by night, negative 4 %
traffic claims-summary in us: 2/min by day, 0.2/min by night, negative 4 %
@ until Tue 19 May 2026 02:00, looking every 30 minutes
ask claims-summary in au: 1,000 people
ask claims-summary in eu: 1,000 people

# Berlin opens at nine in London, New York at three in the afternoon.
@ until Tue 19 May 2026 15:30, looking every 30 minutes
ask claims-summary in eu: 1,000 people
ask claims-summary in us: 1,000 people
remi$ leverframe change show CHG-2026-00001 --ramp

# The last step is for all three. Europe opens first, and Australia comes first by the policy: so Europe waits for it.
@ until Wed 20 May 2026 16:00, looking every 30 minutes
@ until Thu 21 May 2026 01:30, looking every 30 minutes
ask claims-summary in au: 1,000 people
ask claims-summary in eu: 1,000 people
@ until Thu 21 May 2026 15:00, looking every 30 minutes
remi$ leverframe change show CHG-2026-00001 --ramp
ask claims-summary in us: 1,000 people
