# The quarterly game day. Each switch is thrown for a tenant that nobody is, asked for through both gateways as a user
# would ask, and set again. One gateway sends users to a page that is no longer there.
after first-day

@ Tue 12 May 2026 10:00 Europe/London
adi$ leverframe gateway address edge-1 http://edge-1.acme.example/v1
adi$ leverframe gateway address edge-2 http://edge-2.acme.example/v1
edge-2 sends users of customer-support-ai to the-old-help-pages

sol$ leverframe switch exercise feature/customer-support-ai feature/policy-search-v1 model/anthropic.claude-sonnet-4-5 --because "The quarterly game day." --no-wait
sol$ leverframe game-day show GD-2026-001
ask customer-support-ai: 1,000 people

# It is mended, and proved again the next day. A switch that has passed is fresh from that day on.
@ Wed 13 May 2026 10:00
edge-2 sends users of customer-support-ai to help-centre-search
sol$ leverframe switch exercise feature/customer-support-ai --because "The old page is gone." --no-wait
sol$ leverframe game-day show GD-2026-002
sol$ leverframe switch show feature/customer-support-ai
sol$ leverframe audit list --object feature/customer-support-ai

# Whoever may not throw a switch may not exercise it.
vic$ leverframe switch exercise feature/customer-support-ai --because "I am curious." --no-wait
