"""Which small organisation does a soak run in: one feature, four stages, a bake of minutes, a webhook?"""

from __future__ import annotations

FEATURE = "helpdesk"
SWITCH = f"feature/{FEATURE}"
FALLBACK = "help-pages"
SECRET_NAME = "LEVERFRAME_SOAK_SECRET"
STAGES = (10, 25, 50, 100)
PEOPLE = {
    "ana": "helpdesk-team",
    "remi": "release-managers",
    "cass": "platform",
    "sol": "on-call",
    "adi": "administrators",
}
SIGNERS = {"release_manager": "remi", "platform_engineer": "cass"}
OWNER = "ana"


def files(webhook: str, *, bake_minutes: int = 2, longest_wait_minutes: int = 6000) -> dict[str, str]:
    """Return the policy's folder; `longest_wait_minutes` is what its next version alters."""
    rollout = _rollout(bake_minutes)
    return {
        "policy.yaml": _POLICY.format(webhook=webhook, secret=SECRET_NAME, longest_wait=longest_wait_minutes),
        "catalog/all.yaml": "---\n".join((_FEATURE, _FALLBACK, *_groups(), *_people())),
        "gateway-policies/kill-switches.yaml": _SWITCHES,
        f"rollouts/{FEATURE}.yaml": rollout,
        **{f"prompts/{FEATURE}/v{number}.md": f"Be helpful, version {number}.\n" for number in (1, 2, 3)},
    }


def change_file(version: int, opens_at: str) -> dict[str, object]:
    """Return a change that brings a version of the prompt, to begin at a moment of the day on."""
    return {
        "target": FEATURE,
        "kind": "prompt",
        "title": f"Answer by prompt v{version}",
        "candidate": {"prompt": f"{FEATURE}@v{version}", "model": "mock.small"},
        "rollback_plan": "Remi aborts the ramp; every gateway serves the former prompt from the next table on.",
        "kill_switch": SWITCH,
        "blast_radius": {"users": 100_000, "regions": ["everywhere"], "max_share_percent": 50},
        "start": {
            "opens_at": opens_at,
            "closes_at": "2026-05-13T19:00:00+01:00",
            "not_after": "2026-05-16T19:00:00+01:00",
        },
        "ramp": f"rollouts/{FEATURE}",
        "release_manager": "remi",
    }


def _rollout(bake_minutes: int) -> str:
    shares = "".join(_stage(share, bake_minutes) for share in STAGES[:-1])
    return f"canary_stages:\n{shares}  - traffic_pct: 100\n"


def _stage(share: int, bake_minutes: int) -> str:
    floors = "{error: 4x}" if share == 50 else "{}"
    slos = "{error_rate_max: 0.5}"
    return f"  - traffic_pct: {share}\n    duration_min: {bake_minutes}\n    slos: {slos}\n    floors: {floors}\n"


def _groups() -> list[str]:
    return [_GROUP.format(name=name) for name in sorted({*PEOPLE.values()})]


def _people() -> list[str]:
    return [_USER.format(name=name, group=group) for name, group in sorted(PEOPLE.items())]


_POLICY = """
organisation: Soak
home_zone: Europe/London
roles:
  release_manager: [release-managers]
  platform_engineer: [platform]
  on_call: [on-call]
  administrator: [administrators]
may:
  change.file: [feature_owner]
  change.schedule: [release_manager]
  change.review: [release_manager]
  ramp.run: [release_manager]
  ramp.hold: [on_call, release_manager]
  ramp.abort: [on_call, release_manager]
  unit.adopt: [feature_owner]
  policy.propose: [administrator]
  account.manage: [administrator]
  gateway.enrol: [administrator]
  audit.read: [administrator, release_manager]
switches:
  feature: {{throw: [on_call, feature_owner], set: {{feature_owner: 1, release_manager: 1}}}}
  model: {{owner: platform, throw: [on_call, platform_engineer], set: {{release_manager: 1}}}}
  tenant: {{owner: platform, throw: [on_call], set: {{release_manager: 1}}}}
policy_sign_offs: {{release_manager: 1, platform_engineer: 1}}
requirements:
  - fields: [title, kill_switch, blast_radius, start, rollback_plan]
    sign_offs: {{release_manager: 1, platform_engineer: 1}}
irreversible_kinds: [schema]
gates: {{window: enforce, kill_switch: advise}} # nobody exercises the switches of this house
windows:
  - {{name: all day, days: [mon, tue, wed, thu, fri, sat, sun], opens: "06:00", closes: "22:00"}}
freezes: []
ramps:
  longest_wait_min: {longest_wait}
  closed_stretch: {{max_percent: 10, hours: 48}}
  templates: {{whole: {{canary_stages: [{{traffic_pct: 100}}]}}}}
reviews: {{due_business_days: 5, watch_hours: 24}}
notifiers:
  - name: listener
    webhook: {webhook}
    secret_env: {secret}
    topics: []
"""

_FEATURE = f"""
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: {FEATURE}
  annotations:
    leverframe.dev/tier: medium
    leverframe.dev/delivery: embedded
    leverframe.dev/population: "100_000"
    leverframe.dev/models: mock.small
    leverframe.dev/prompt: {FEATURE}
    leverframe.dev/on-call: on-call
spec: {{type: ai-feature, lifecycle: production, owner: helpdesk-team}}
"""

_FALLBACK = f"""
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {{name: {FALLBACK}}}
spec: {{type: ai-fallback, lifecycle: production, owner: helpdesk-team}}
"""

_GROUP = """
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {{name: {name}}}
spec: {{type: team, children: []}}
"""

_USER = """
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {{name: {name}}}
spec: {{profile: {{displayName: {name}}}, memberOf: [{group}]}}
"""

_SWITCHES = f"""
feature_kill_switches:
  {FEATURE}:
    enabled: true
    fallback: {FALLBACK}
model_kill_switches:
  - model: mock.small
    disabled: false
"""
