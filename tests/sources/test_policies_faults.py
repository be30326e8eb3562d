"""Is every mistake told, with its file and line, why, and what would mend it?

Each row: the file, what is replaced, by what, the text on whose line the fault must stand, and parts of the reason
and of the remedy.
"""

# ruff: noqa: E501 (tables: a row is a mistake)

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverframe.nouns.policies import WebhookRule
from leverframe.sources.policies import is_read, read_bundle, read_folder

FILES = read_folder(Path(__file__).resolve().parents[2] / "examples" / "acme")
POLICY = "policy.yaml"
SWITCHES = "gateway-policies/kill-switches.yaml"
SUPPORT = "rollouts/customer-support-ai.yaml"
CLAIMS = "rollouts/claims-summary.yaml"
FEATURES = "catalog/features.yaml"
GROUPS = "catalog/groups.yaml"
PEOPLE = "catalog/people.yaml"
FALLBACKS = "catalog/fallbacks.yaml"

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
LOGIN = "    leverframe.dev/git-login: sol-acme"

ERRORS = {
    "a misspelt key": (POLICY, "home_zone:", "hom_zone:", "hom_zone", "no key `hom_zone`", "`home_zone`"),
    "a missing key": (POLICY, "organisation: Acme", "", "home_zone:", "does not say its `organisation`", "Add"),
    "an unknown zone": (
        POLICY, "au: Australia/Sydney", "au: Australia/Sidney", "Sidney", "not an IANA time zone", "`Australia/Sydney`",
    ),
    "a zone that is a path": (POLICY, "Europe/London", "/etc/passwd", "/etc/passwd", "not an IANA time zone", ""),
    "an unknown holiday calendar": (POLICY, "country: GB", "country: XX", "XX", "no holiday calendar", "two letters"),
    "an unknown subdivision": (POLICY, "subdivision: ENG", "subdivision: ENK", "ENK", "no part of GB", "`ENG`"),
    "a role without a group": (
        POLICY, "[release-managers]", "[releese-managers]", "[releese-managers]", "does not exist", "`release-managers`",
    ),
    "an empty role": (POLICY, "security: [security]", "security: []", "security: []", "names no group", "take the role"),
    "a role that the house knows": (
        POLICY, "  security: [sec", "  feature_owner: [ai-risk]\n  security: [sec", "feature_owner: [ai", "is held by", "out",
    ),
    "an act that nobody wrote of": (
        POLICY, "  gateway.enrol: [administrator, platform_engineer]\n", "", "may:", "who may enrol a gateway", "gateway.enrol",
    ),
    "an act that does not exist": (
        POLICY, "  ramp.run: [", "  ramp.start: []\n  ramp.run: [", "ramp.start", "no key `ramp.start`", "Did you mean",
    ),
    "an act for an unknown role": (
        POLICY, "ramp.run: [release_manager]", "ramp.run: [release_manger]", "manger]", "does not exist", "`release_manager`",
    ),
    "a lock-out": (
        POLICY, "account.manage: [administrator]", "account.manage: []", "account.manage", "Nobody may manage accounts", "role",
    ),
    "more sign-offs than holders": (
        POLICY, "policy_sign_offs: {release_manager: 1, ai_risk: 1}", "policy_sign_offs: {release_manager: 2}",
        "release_manager: 2", "2 sign-offs from release_manager are asked for, and 1 can", "Ask for fewer",
    ),
    "more sign-offs than a feature's owners": (
        POLICY, "set: {feature_owner: 1", "set: {feature_owner: 2", "feature_owner: 2", "of policy-search-v1", "add people",
    ),
    "seats that only one person could fill": (
        POLICY, "platform_engineer: [cab-platform-engineers]", "platform_engineer: [release-managers]",
        "requirements:", "one person counts once", "Nobody is left for",
    ),
    "a policy that nobody signs": (
        POLICY, "policy_sign_offs: {release_manager: 1, ai_risk: 1}", "policy_sign_offs: {}", "policy_sign_offs: {}",
        "asks for nobody", "solo: true",
    ),
    "a count that is no number": (
        POLICY, "{release_manager: 1, ai_risk: 1}", "{release_manager: one}", "one}", "not a number", "from 1 to 20",
    ),
    "an unknown tier": (POLICY, "tiers: [low]", "tiers: [lo]", "[lo]", "`lo`, which does not exist", "`low`"),
    "an unknown kind": (POLICY, "kinds: [model_swap]", "kinds: [model]", "[model]", "does not exist", "`model_swap`"),
    "a field that a change has not": (POLICY, "bridge, paging]", "brigde, paging]", "brigde", "does not exist", "`bridge`"),
    "an unknown gate": (POLICY, "  freeze: enforce", "  freze: enforce", "freze: en", "no key `freze`", "`freeze`"),
    "an unknown mode": (POLICY, "window: enforce", "window: warn", "window: warn", "`warn`, which is none", "enforce"),
    "a day of no week": (POLICY, "[tue, wed, thu]", "[tue, wensday]", "wensday", "does not exist", "`wed`"),
    "a time of no day": (POLICY, 'opens: "10:00"', 'opens: "25:00"', "25:00", "not a time of day", "16:00"),
    "a window that never opens": (POLICY, 'closes: "16:00"', 'closes: "09:00"', "09:00", "never open", "later"),
    "a month of no fiscal year": (POLICY, "begins: jan", "begins: january", "begins: january", "no month", "`jan`"),
    "a fiscal year of months and of weeks": (
        POLICY, "{begins: jan}", "{begins: jan, weeks: 4-4-5, ends_on: sat, of: jan}", "begins: jan", "beside `weeks`", "one of both",
    ),
    "weeks that are not dealt out so": (
        POLICY, "{begins: jan}", "{weeks: 4-4-4, ends_on: sat, of: jan}", "4-4-4", "none of its values", "Did you mean",
    ),
    "a close of so many days": (POLICY, "days_after: 2", "days_after: 60", "days_after: 60", "", ""),
    "a date of no month": (POLICY, "first_day: 2026-11-01", "first_day: 2026-11-31", "11-31", "not a date", "2026-06-30"),
    "a freeze that ends before it starts": (
        POLICY, "last_day: 2026-12-15", "last_day: 2026-06-02", "2026-06-02", "not after its start", "Swap",
    ),
    "a freeze with an offset": (
        POLICY, "starts: 2026-09-17 08:00", "starts: 2026-09-17T08:00:00+01:00", "08:00:00+01", "carries an offset", "zone",
    ),
    "a freeze of an unknown feature": (
        POLICY, "targets: [claims-summary]", "targets: [claims-sumary]", "sumary", "none of the targets", "`claims-summary`",
    ),
    "a share above 100": (
        POLICY, "max_percent: 10", "max_percent: 110", "110", "out of bounds", "from 0 to 100",
    ),
    "a share that is no number": (SUPPORT, "traffic_pct: 10", "traffic_pct: ten", "pct: ten", "not a number", "from 0 to 100"),
    "a share of 0": (SUPPORT, "traffic_pct: 1\n", "traffic_pct: 0\n", "traffic_pct: 0", "reaches nobody", "above 0"),
    "a share that is not finite": (SUPPORT, "traffic_pct: 50", "traffic_pct: .nan", ".nan", "not a number", ""),
    "a stage that widens nothing": (SUPPORT, "traffic_pct: 50", "traffic_pct: 5", "traffic_pct: 5", "widens nothing", "larger"),
    "a ramp that never settles": (SUPPORT, "  - traffic_pct: 100\n", "", "traffic_pct: 50", "must settle", "100"),
    "a stage without a bake": (SUPPORT, "    duration_min: 30\n", "", "traffic_pct: 1", "`duration_min`", "Add"),
    "half a minute": (SUPPORT, "duration_min: 30", "duration_min: 30.5", "30.5", "not a whole number", "Round"),
    "a bake beyond the longest wait": (
        SUPPORT, "duration_min: 1440", "duration_min: 20160", "traffic_pct: 50", "can never pass", "longest_wait_min",
    ),
    "an slo without a source": (
        SUPPORT, "error_rate_max", "toxicity_rate_max", "toxicity", "has no source", "feedback (feedback_negative_rate_max)",
    ),
    "a misspelt slo": (SUPPORT, "error_rate_max", "eror_rate_max", "eror", "has no source", "`error_rate_max`"),
    "a rate above 1": (SUPPORT, "error_rate_max: 0.01", "error_rate_max: 1.5", "1.5", "out of bounds", "from 0 to 1"),
    "a floor that is no ratio": (CLAIMS, "feedback_negative: 3x", "feedback_negative: 1x", "1x", "not a ratio", "3x"),
    "a floor on what counts nobody": (
        CLAIMS, "feedback_negative: 3x", "cost_usd: 3x", "cost_usd", "no guardrail that counts", "feedback_negative",
    ),
    "a stage where there is nobody": (CLAIMS, "regions: [eu]", "regions: [uk]", "50\n    regions: [uk]", "nobody", "au, eu"),
    "an unknown template": (
        SUPPORT, "auto_rollback: true", "auto_rollback: true\nfloors_like: handbok", "floors_like", "not exist", "`handbook`",
    ),
    "a word for a yes": (SUPPORT, "auto_rollback: true", "auto_rollback: yes", "auto_rollback", "neither true", "`true`"),
    "a tier that is none": (FEATURES, "tier: medium\n", "tier: mid\n", "tier: mid\n", "none of its values", "medium"),
    "a feature without a tier": (
        FEATURES, "    leverframe.dev/tier: medium\n", "", "name: customer-support-ai", "does not say its `leverframe.dev/tier`",
        "Add the annotation",
    ),
    "a misspelt annotation": (
        FEATURES, "    leverframe.dev/on-call", "    leverframe.dev/oncall", "dev/oncall", "Nothing reads", "leverframe.dev/on-call",
    ),
    "a population that is no text": (FEATURES, '"4_000_000"', "4000000", "4000000", "not a text", "quotation marks"),
    "a population below nothing": (FEATURES, "au: 50_000", "au: -5", "population: |\n      au: -5", "not a number of users", ""),
    "a population in words": (FEATURES, '"8_000"', '"a few"', "a few", "which is not read", "region: users"),
    "a region without a zone": (FEATURES, "au: 50_000", "nz: 50_000", "population: |\n      nz", "no time zone", "au"),
    "an unknown ring": (
        FEATURES, "uk/internal:", "uk/inside:", "population: |\n      uk/inside", "ring `inside`", "known rings",
    ),
    "an owner that is nobody": (
        FEATURES, "owner: search-ai", "owner: serch-ai", "owner: serch-ai", "`serch-ai`, which does not exist", "`search-ai`",
    ),
    "no owner": (FALLBACKS, "  owner: search-ai\n", "", "name: keyword-search-v3", "does not say its `owner`", "Add"),
    "a rota that is nobody": (
        FEATURES, "on-call: ai-feature-on-call", "on-call: ai-on-call", "on-call: ai-on-call", "neither a group nor", "Did you",
    ),
    "a prompt folder that is empty": (
        FEATURES, "prompt: meeting-notes", "prompt: meeting-note", "prompt: meeting-note\n", "no version of it", "`meeting-notes`",
    ),
    "a model without a platform": (
        FEATURES, "models: bedrock.anthropic.claude-haiku-4-5, ", "models: haiku, ", "models: haiku", "not a model key", "platform",
    ),
    "a feature twice": (
        FEATURES, "name: meeting-notes", "name: claims-summary", "name: claims-summary\n  title: Meeting", "described twice", "",
    ),
    "a document of no kind": (GROUPS, "kind: Group", "kin: Group", "apiVersion", "has no `kind`", "kind: Component"),
    "a fallback that is none": (
        SWITCHES, "fallback: help-centre-search", "fallback: help-center-search", "customer-support-ai:",
        "no fallback of the catalog", "`help-centre-search`",
    ),
    "a switch of an unknown feature": (
        SWITCHES, "  meeting-notes:", "  meeting-note:", "meeting-note:", "not in the catalog", "`meeting-notes`",
    ),
    "a switch without a state": (
        SWITCHES, "    enabled: true\n    fallback: key", "    fallback: key", "policy-search-v1:", "`enabled`", "Add",
    ),
    "a polarity of another layer": (
        SWITCHES, "    disabled: false", "    enabled: true", "enabled: true\n    fallback_model", "no key `enabled`", "`disabled`",
    ),
    "a circle of models": (
        SWITCHES, "  - model: bedrock.anthropic.claude-sonnet-4-5\n    disabled: false\n",
        "  - model: bedrock.anthropic.claude-sonnet-4-5\n    disabled: false\n"
        "    fallback_model: anthropic.claude-sonnet-4-5\n",
        "- model: anthropic.claude-sonnet-4-5", "go in a circle", "outside the circle",
    ),
    "a model with two switches": (
        SWITCHES, "- model: openai.gpt-4o-2024-11", "- model: anthropic.claude-sonnet-4-5",
        "- model: anthropic.claude-sonnet-4-5\n    disabled: false\n    fallback_model: bed", "two switches", "Keep one",
    ),
    "a tenant without a reason": (
        SWITCHES, '    reason: "tenant compliance pause; ticket SUP-44012"\n', "", "enterprise-tenant", "says why", "reason",
    ),
    "an end that is no date": (SWITCHES, "expires: 2026-06-30", "expires: soon", "soon", "not a date", "2026-06-30"),
    "an exercise in the future": (SWITCHES, "2026-04-14 # the last", "2027-04-14 # the", "customer-support-ai:", "yet", ""),
    "a list that is a word": (POLICY, "rings:\n", "rings: all\nringz:\n", "rings: all", "not a list", "`- `"),
    "a mapping that is a list": (POLICY, "eval_allowances:\n", "eval_allowances: [a]\nx:\n", "[a]", "not a mapping", "key: value"),
    "an eval suite without a name": (POLICY, "{suite: production, at_least: 20, at_most_days_old: 90}", "{at_least: 30}", "{at_least", "does not say its `suite`", "suite: fairness"),
    "a least number of cases below none": (POLICY, "at_least: 20, at_most_days_old: 90", "at_least: -2", "at_least: -2", "-2, which is out of bounds", "from 0"),
    "an ask for a suite in other words": (POLICY, "at_least: 20, at_most_days_old: 90", "at_leest: 30", "at_leest", "no key `at_leest`", "`at_least`"),
    "a suite that is a list": (POLICY, "      - adversarial\n", "      - [adversarial]\n", "- [adversarial]", "not a name", ""),
    "an allowance of nothing that must be proved": (POLICY, "  groundedness: 0.01\n", "  groundedness: {allowed_drop: 0, prove: true}\n", "  groundedness: {", "nobody can prove", "Allow a little"),
    "an allowance without its drop": (POLICY, "  groundedness: 0.01\n", "  groundedness: {prove: true}\n", "  groundedness: {", "does not say its `allowed_drop`", "allowed_drop: 0.02"),
    "a webhook that is no address": (POLICY, "notifiers: []", "notifiers:\n  - {name: chat, webhook: hooks, secret_env: X}", "webhook: hooks", "not a web address", "https://"),
    "a tenant in two rings": (POLICY, "[northwind,", "[acme-staff,", "[acme-staff, fab", "in the ring internal", "one ring"),
    "an order of regions that is no list": (POLICY, "[[au], [eu, uk], [us]]", "au", "region_order: au", "not a list of groups", "[[au, ca]"),
    "an order of an unknown region": (POLICY, "[[au], [eu,", "[[ua], [eu,", "region_order: [", "names `ua`", "au, eu, uk, us"),
    "an order that names a region twice": (POLICY, "[[au], [eu, uk]", "[[au], [eu, au]", "region_order: [", "`au` twice", "one place"),
    "a cohort that no request could name": (POLICY, "[internal, opted_in, free]", '["the staff"]', "cohorts: [\"the", "no request", "letters"),
    "a cohort twice": (POLICY, "[internal, opted_in, free]", "[free, opted_in, free]", "cohorts: [free", "`free` twice", "one place"),
    "a next that is wider than the one before": (
        POLICY, "cohorts: [internal, opted_in, free]\n", "cohorts: [internal, opted_in, free]\nnext_at_most_percent: {rings: 200}\n", "next_at",
        "200, which is out of bounds", "from 0 to 100",
    ),
    "a tier that may use nothing": (POLICY, "high: [openai.gpt-4o-2024-11, bedrock.*]", "high: []", "high: []", "names no model", "Leave it out"),
    "an allowed model that is none": (POLICY, "bedrock.*]", "bedrock*]", "high: [openai", "`bedrock*`, which is no model", "<platform>.*"),
    "models of a tier that there is not": (POLICY, "  high: [openai", "  hihg: [openai", "hihg: [openai", "no key `hihg`", "`high`"),
    "a model that its tier does not allow": (
        FEATURES, "models: openai.gpt-4o-2024-11, bedrock.", "models: anthropic.claude-sonnet-4-5, bedrock.", "models: anthropic.claude-sonnet-4-5, bedrock.anthropic.claude-sonnet-4-5\n    leverframe.dev/prompt: under",
        "The model anthropic.claude-sonnet-4-5 of underwriting-decision-v2 is not allowed for high features", "allowed_models",
    ),
    "a platform as a feature's model": (
        FEATURES, "models: bedrock.anthropic.claude-haiku-4-5, ", "models: bedrock.*, ", "models: bedrock.*, ",
        "`bedrock.*` of meeting-notes is not a model key", "platform",
    ),
    "a rollout in another order": (
        CLAIMS, "regions: [au]", "regions: [us]", "  - traffic_pct: 50\n    regions: [us]",
        "At stage 1 everyone in us would be at 50 % while everyone in au, which comes first, is at 0 %.", "Reach everyone in au first.",
    ),
    "a rollout for an unknown cohort": (
        CLAIMS, "regions: [au]", "regions: [au]\n    cohorts: [opted-in]", "  - traffic_pct: 50\n    regions: [au]",
        "widens in the cohort `opted-in`, where there is nobody", "Did you mean `opted_in`",
    ),
    "a cohort of more people than there are": (
        FEATURES, "au: 50_000", "au/everyone/internal: 50_001, au: 50_000", "population: |\n      au", "50001 is not a number of its 50000 users", "each cohort once",
    ),
    "a cohort of a cell that there is not": (
        FEATURES, "au: 50_000", "au/internal/internal: 5, au: 50_000", "population: |\n      au", "no line says how many", "Write how many",
    ),
    "a cohort of a cell twice": (
        FEATURES, "au: 50_000", "au/everyone/free: 5, au/everyone/free: 6, au: 50_000", "population: |\n      au", "names that cohort twice", "",
    ),
    "a cohort of the catalog that the policy has not": (
        FEATURES, "au: 50_000", "au/everyone/freee: 5, au: 50_000", "population: |\n      au", "The cohort `freee` of claims-summary is not in the policy", "`free`",
    ),
    "a tenant's contact that is nobody": (
        POLICY, "12891: it-operations@enterprise-12891.example", "12891: [a, b]", "12891: [a, b]", "is not a text", "quotation marks",
    ),
    "a key that is none": (PEOPLE, LOGIN, f"    leverframe.dev/signing-keys: ssh-dss AAAA\n{LOGIN}", "signing-keys", "is no key that signs commits", "ssh-ed25519"),
    "an annotation of a person that nothing reads": (PEOPLE, "git-login", "git-name", "git-name", "Nothing reads", "Did you mean"),
    "a login of two people": (
        PEOPLE, "metadata: {name: sam}", "metadata: {name: sam, annotations: {leverframe.dev/git-login: Sol-Acme}}",
        "metadata: {name: sam", "sam and sol have the same", "Take it from one",
    ),
    "a last ring that is not everyone": (POLICY, "  - name: everyone", "", "rings:", "end with `design_partners`", "everyone"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_told_with_its_line_and_remedy(name, acme, edited):
    path, old, new, marker, because, remedy = ERRORS[name]
    files = edited(path, old, new)
    policy, faults = read_bundle(files, today=date(2026, 5, 12))
    errors = [fault for fault in faults if fault.severity == "error"]
    assert policy is None
    line = files[path][: files[path].index(marker)].count("\n") + 1
    told = [fault for fault in errors if because in fault.because]
    assert told, [str(fault) for fault in errors]
    assert (told[0].place, remedy in told[0].remedy) == (f"{path}:{line}", True), str(told[0])


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (SUPPORT, "traffic_pct: 1\n", "traffic_pct: 500\n"),
        (SUPPORT, "traffic_pct: 10\n", "traffic_pct: ten\n"),
        (SUPPORT, "traffic_pct: 100\n", "traffic_pct: 1OO\n"),
        (POLICY, "first_day: 2026-11-01", "first_day: 2026-11-31"),
        (POLICY, "first_day: 2026-11-01", "first_day: 1 November"),
    ],
)
def test_a_slip_of_the_pen_is_one_fault(path, old, new, edited):
    _, faults = read_bundle(edited(path, old, new), today=date(2026, 5, 12))
    assert len([fault for fault in faults if fault.severity == "error"]) == 1


WARNINGS = {
    "a switch never exercised": (SWITCHES, "    exercised_on: 2026-04-14 # the last game day\n", "", "never exercised"),
    "a switch not exercised for long": (SWITCHES, "2026-04-14 # the", "2025-10-14 # the", "more than six months ago"),
    "a switch that is due": (SWITCHES, "2026-04-14 # the", "2026-01-14 # the", "more than a quarter ago"),
    "an expired tenant": (SWITCHES, "expires: 2026-06-30", "expires: 2026-04-30", "expired on 2026-04-30"),
    "a tenant without an end": (SWITCHES, "    expires: 2026-06-30\n", "", "is thrown and has no end"),
    "a tenant whom nobody tells": (
        POLICY, "tenant_contacts:\n  enterprise-tenant-12891:", "tenant_contacts:\n  another:", "Nobody at enterprise-tenant-12891 is told",
    ),
    "a model without a switch": (FEATURES, "claude-haiku-4-5\n", "claude-opus-4-5\n", "has no kill switch"),
    "a low feature without a switch": (
        SWITCHES, "  meeting-notes:\n    enabled: true\n    fallback: plain-transcript\n    exercised_on: 2026-04-14\n", "",
        "The low feature meeting-notes has no kill switch",
    ),
    "a chain that ends at what a feature may not use": (
        FEATURES, "models: bedrock.anthropic.claude-haiku-4-5, bedrock.anthropic.claude-sonnet-4-5", "models: bedrock.anthropic.claude-haiku-4-5",
        "Were bedrock.anthropic.claude-haiku-4-5 thrown, meeting-notes would be off",
    ),
    "a group that nobody describes": (PEOPLE, "[facilities]", "[gardeners]", "which the catalog does not describe"),
    "changes that nobody signs": (POLICY, "    sign_offs: {release_manager: 1}\n", "", "Nobody is asked to sign low changes"),
    "a role that nobody holds": (POLICY, "security: [security]", "security: [security]\n  x: [ai]", "Nobody holds the role x"),
}  # fmt: skip


@pytest.mark.parametrize("name", WARNINGS)
def test_a_warning_is_told_and_the_policy_still_loads(name, edited):
    path, old, new, because = WARNINGS[name]
    policy, faults = read_bundle(edited(path, old, new), today=date(2026, 5, 12))
    assert policy is not None, [str(fault) for fault in faults]
    assert any(because in fault.because and fault.severity == "warning" and fault.remedy for fault in faults)


def test_a_medium_feature_without_a_switch_is_an_error(edited):
    switch = "  claims-summary:\n    enabled: true\n    fallback: claims-file-view\n    exercised_on: 2026-04-14\n"
    policy, faults = read_bundle(edited(SWITCHES, switch, ""))
    assert policy is None
    assert "The medium feature claims-summary has no kill switch." in {fault.because for fault in faults}


def test_a_key_that_is_written_twice_names_both_lines(acme):
    lines = acme[POLICY].rstrip().count("\n") + 1
    policy, faults = read_bundle({**acme, POLICY: acme[POLICY].rstrip() + "\norganisation: Other\n"})
    assert policy is None
    (fault,) = [fault for fault in faults if fault.severity == "error"]
    assert fault.place == f"{POLICY}:{lines + 1}"
    first = acme[POLICY][: acme[POLICY].index("organisation:")].count("\n") + 1
    assert f"the first is at {POLICY}:{first}" in fault.because


def test_faults_in_several_files_are_told_at_once_in_their_order(edited):
    files = edited(POLICY, "Europe/London", "Europe/Londn")
    files = edited(SUPPORT, "error_rate_max", "errors_max", files)
    files = edited(SWITCHES, "help-centre-search", "nothing", files)
    files = edited(FEATURES, "tier: high", "tier: highest", files)
    policy, faults = read_bundle(files)
    errors = [fault for fault in faults if fault.severity == "error"]
    assert policy is None
    assert [fault.place.partition(":")[0] for fault in errors] == [FEATURES, SWITCHES, POLICY, SUPPORT]
    assert all(fault.remedy for fault in errors)


def test_text_that_is_not_yaml_is_told_beside_the_faults_of_the_others(edited):
    files = edited(POLICY, "regions:\n", "regions: [au\n")
    policy, faults = read_bundle(edited(SUPPORT, "traffic_pct: 10", "traffic_pct: ten", files))
    assert policy is None
    assert {fault.place.partition(":")[0] for fault in faults if fault.severity == "error"} >= {POLICY, SUPPORT}
    assert any("This is not YAML" in fault.because for fault in faults)


def test_a_bundle_without_a_policy_says_so():
    policy, faults = read_bundle({})
    assert policy is None
    assert "There is no release policy." in {fault.because for fault in faults}


def test_a_file_that_nothing_reads_is_told(acme):
    _, faults = read_bundle({**acme, "rolouts/customer-support-ai.yaml": "canary_stages: []"})
    assert ("rolouts/customer-support-ai.yaml:1", "Nothing reads this file.") in {
        (f.place, f.because) for f in faults
    }


def test_a_person_is_known_by_their_keys_and_their_login(edited):
    keys = f"|\n      {KEY} sol@laptop\n      0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567\n"
    policy, faults = read_bundle(edited(PEOPLE, LOGIN, f"    leverframe.dev/signing-keys: {keys}{LOGIN}"))
    assert policy is not None, faults
    sol = policy.catalog.people["sol"]
    assert (sol.git_login, sol.signing_keys) == ("sol-acme", (KEY, "0123456789ABCDEF" * 2 + "01234567"))
    assert policy.catalog.people["ana"].signing_keys == ()


def test_a_tenants_contact_is_read_beside_its_zone(acme):
    policy, _ = read_bundle(acme)
    assert policy.tenant_contacts == {"enterprise-tenant-12891": "it-operations@enterprise-12891.example"}
    assert (policy.zone_of_tenant("enterprise-tenant-12891"), policy.zone_of_tenant("x")) == (
        "America/Chicago",
        "Europe/London",
    )
    owners = {layer: rule.owner for layer, rule in policy.switch_rules.items()}
    assert owners == {"feature": "", "model": "ai-platform", "tenant": "customer-support-engineering"}


def test_a_notifier_is_read_with_the_name_of_its_secret(edited):
    hook = "notifiers:\n  - {name: chat, webhook: 'https://a.example/x', secret_env: SECRET, topics: [ramp]}"
    policy, _ = read_bundle(edited(POLICY, "notifiers: []", hook))
    assert policy.webhooks == (WebhookRule("chat", "https://a.example/x", "SECRET", ("ramp",)),)


def test_a_solo_policy_asks_for_nobodys_sign_off(edited):
    policy, _ = read_bundle(edited(POLICY, "organisation: Acme", "organisation: Acme\nsolo: true"))
    assert policy.solo
    assert policy.policy_seats == ()
    assert all(row.seats == () for row in policy.requirements)
    assert all(rule.set == () and rule.throw for rule in policy.switch_rules.values())


@settings(max_examples=60, deadline=None)
@given(
    path=st.sampled_from(sorted(path for path in FILES if is_read(path) and path.endswith(".yaml"))),
    at=st.integers(0, 4000),
    drop=st.integers(0, 30),
    piece=st.text(alphabet=":-[]{}&*!|>'\"#%@`,?\n\t ax1\u00e9\u0000\ud800", max_size=8),
)
def test_whatever_is_typed_into_a_file_is_answered_with_places_and_never_with_an_exception(path, at, drop, piece):
    at %= len(FILES[path])
    policy, faults = read_bundle({**FILES, path: FILES[path][:at] + piece + FILES[path][at + drop :]})
    assert policy is not None or any(fault.severity == "error" for fault in faults)
    assert all(fault.place.rpartition(":")[2].isdigit() and fault.because for fault in faults)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "[]",
        "just words",
        "a: &a [*a]",
        "- " * 5000,
        "[" * 5000,
        "&a [1]\n---\n*a",
        "!!python/object:os.system x",
    ],
)
def test_a_hostile_policy_is_refused_and_nothing_breaks(text, acme):
    policy, faults = read_bundle({**acme, POLICY: text})
    assert policy is None
    assert any(fault.place.startswith(POLICY) for fault in faults)
