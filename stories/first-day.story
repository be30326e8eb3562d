# Day zero: a fresh server gets its first administrator, its policy, its people, and what runs today.
@ Mon 11 May 2026 09:00 Europe/London

adi takes the one-time link
adi$ leverframe login --name adi --password-stdin
adi$ leverframe policy check examples/acme
adi$ leverframe policy load examples/acme

# Roles come from the groups of the catalog, so that giving somebody an account gives them no right.
adi$ leverframe user add ana --password-stdin
adi$ leverframe user add remi --password-stdin
adi$ leverframe user add rita --password-stdin
adi$ leverframe user add sol --password-stdin
adi$ leverframe user add sam --password-stdin
adi$ leverframe user add cass --password-stdin
adi$ leverframe user add cleo --password-stdin
adi$ leverframe user add vic --password-stdin
adi$ leverframe user list

# Two gateways will serve the features. Each has a token of its own.
cass$ leverframe gateway enrol edge-1
cass$ leverframe gateway enrol edge-2

# The owners write down what runs today; from now on only changes alter it.
ana$ leverframe targets adopt customer-support-ai examples/acme/units/customer-support-ai.yaml
ana$ leverframe targets adopt claims-summary examples/acme/units/claims-summary.yaml
ana$ leverframe targets adopt underwriting-decision-v2 examples/acme/units/underwriting-decision-v2.yaml
cleo$ leverframe targets adopt policy-search-v1 examples/acme/units/policy-search-v1.yaml
cass$ leverframe targets adopt meeting-notes examples/acme/units/meeting-notes.yaml
ask customer-support-ai: 1,000 people

# The build server may post eval results, and nothing else.
cass$ leverframe token add ci --scope evidence

# A day of ordinary use, so that forecasts know how many people ask.
traffic customer-support-ai: 10/min by day, 1/min by night, negative 4 %
@ until Tue 12 May 2026 09:00
