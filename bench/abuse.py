"""What the judge of registrations finds, and whom it wrongs.

    python bench/abuse.py          # measure on the held-out world
    python bench/abuse.py --fit    # fit weights on the other one and print them; they are then written by hand, rounded

The two worlds have other people (names, browsers, sizes) and other campaigns; no weight or threshold was chosen by the figures
of the held-out one. Its styles are not blind: one early look at them (a recall of 0.43, 6 % false positives) led to clusters being
formed and weighed otherwise; the weights were fitted anew on the first world, and the seed changed.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from rig import harness
from signups.campaigns import HELD_OUT, KNOWN
from signups.people import SignUp, World, population

from yanmen.core.config import Abuse
from yanmen.intel.networks import Origin
from yanmen.soc.abuse import mail
from yanmen.soc.abuse.judge import Judge, Judged
from yanmen.soc.abuse.registration import seen
from yanmen.soc.abuse.scoring import BIAS, WEIGHTS

SETTINGS = Abuse()
FITTED = (
    "anna lukas marie jonas sofia paul emma leon mia felix laura david julia simon lena tobias clara"
    " moritz nina oskar jessica thomas"
    " michael sandra wei ming jing hao yan lei xin yu fang qiang min jun ping hua li na".split(),
    "mueller schmidt weber fischer meyer wagner becker schulz hoffmann koch bauer richter klein wolf"
    " neumann smith jones brown taylor"
    " wilson davies evans zhang wang li chen liu yang huang zhao wu zhou xu sun ma zhu hu guo".split(),
)
MEASURED = (
    "olivia liam noah ava isabella ethan mason lucas camila mateo valentina santiago thiago aisha omar"
    " fatima yusuf priya arjun ananya"
    " rohan haruto yui sakura ren minjun seoyeon ji-woo siobhan aoife giulia lorenzo chloe hugo ines"
    " tiago katarzyna piotr ivan olga"
    " xiaoming meiling guoqiang yuhan zihan".split(),
    "garcia rodriguez martinez lopez gonzalez perez silva santos oliveira costa patel sharma gupta"
    " singh khan ali hassan ibrahim okafor"
    " mensah tanaka sato suzuki takahashi kim park choi obrien murphy rossi ferrari dubois moreau nowak"
    " kowalski petrov ivanova novak"
    " ouyang deng xie qiu luo".split(),
)


def world(kind: str) -> list[SignUp]:
    """Everybody in the order of time."""
    if kind == "fit":
        made = World(11, *FITTED, common=14, rare=150, days=10)
        sizes = {
            "home": 5_000,
            "mobile": 1_500,
            "university": 450,
            "office": 300,
            "family": 300,
            "privacy": 200,
            "remote office": 100,
        }
        campaigns = KNOWN * 2
    else:
        made = World(4242, *MEASURED, common=22, rare=400, days=14)
        sizes = {
            "home": 9_000,
            "mobile": 4_000,
            "university": 1_200,
            "office": 900,
            "family": 600,
            "privacy": 500,
            "remote office": 250,
        }
        campaigns = HELD_OUT
    everybody = population(made, sizes) + [one for campaign in campaigns for one in campaign(made)]
    return sorted(everybody, key=lambda one: (one.one.at, one.one.id))


def judged(people: Sequence[SignUp]) -> tuple[list[Judged], Judge]:
    """All of them, as they come; nothing is known before."""
    judge, listed, secret = Judge(), mail.shipped(), b"bench"
    answers = []
    for number, one in enumerate(people):
        origin = Origin(networks=("hosting",) if one.hosting else ())
        kept = seen(one.one, origin, listed, secret)
        answers.append(judge.judge(one.one.id, kept, one.one.at, f"clu_{number}"))
    return answers, judge


def fit() -> None:
    """Logistic regression, drawn towards the weights as they are (what the campaigns do not show keeps its own); the bias stays."""
    people = world("fit")
    names = list(WEIGHTS)
    answers, _ = judged(people)
    facts = np.array([[one.said.get(name, 0.0) for name in names] for one in answers])
    truth = np.array([float(one.fraud) for one in people])
    share = np.where(truth > 0, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    prior = np.array([WEIGHTS[name] for name in names])
    weights = prior.copy()
    for _ in range(20_000):
        odds = 1 / (1 + np.exp(-(BIAS + facts @ weights)))
        step = facts.T @ ((odds - truth) * share) / len(truth) + 0.01 * (weights - prior)
        weights = np.maximum(0.2, weights - 0.5 * step)
    for name, weight in zip(names, weights, strict=True):
        sys.stdout.write(f"{name}: {weight:.2f}\n")
    sys.stdout.write(json.dumps(figures(people, answers), indent=1) + "\n")


def figures(people: Sequence[SignUp], answers: Sequence[Judged]) -> dict[str, Any]:
    """Precision, recall, and false alarms by group, at both thresholds."""
    at = {"challenge or deny": SETTINGS.challenge_at, "deny": SETTINGS.deny_at}
    told: dict[str, Any] = {}
    for name, least in at.items():
        hit = [answer.scored.score >= least for answer in answers]
        right = sum(one and person.fraud for one, person in zip(hit, people, strict=True))
        wrong = sum(one and not person.fraud for one, person in zip(hit, people, strict=True))
        fraud = sum(person.fraud for person in people)
        groups: dict[str, list[bool]] = defaultdict(list)
        for one, person in zip(hit, people, strict=True):
            groups[person.group].append(one)
        shares = {group: round(sum(found) / len(found), 4) for group, found in sorted(groups.items())}
        campaigns = {person.group for person in people if person.fraud}
        told[name] = {
            "precision": round(right / max(1, right + wrong), 4),
            "recall": round(right / fraud, 4),
            "recall without mimic": round(
                sum(one and p.fraud and p.group != "mimic" for one, p in zip(hit, people, strict=True))
                / max(1, sum(p.fraud and p.group != "mimic" for p in people)),
                4,
            ),
            "false positives": round(wrong / (len(people) - fraud), 5),
            "recall by campaign": {name: share for name, share in shares.items() if name in campaigns},
            "false positives by group": {
                name: share for name, share in shares.items() if name not in campaigns
            },
        }
    return told


def clusters(people: Sequence[SignUp], answers: Sequence[Judged], judge: Judge) -> dict[str, Any]:
    """How whole and how pure the clusters of each campaign are at its end."""
    by: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    members: dict[str, int] = defaultdict(int)
    for person, answer in zip(people, answers, strict=True):
        last = judge.clusters.get(answer.cluster)
        name = last.id if last is not None else answer.cluster
        by[person.group][name] += 1
        members[name] += 1
    told = {}
    for group in sorted({person.group for person in people if person.fraud}):
        name, count = max(by[group].items(), key=lambda item: item[1])
        told[group] = {
            "in its largest cluster": round(count / sum(by[group].values()), 3),
            "of that cluster": round(count / members[name], 3),
        }
    return told


def main() -> None:
    """Fit, or measure, print and keep."""
    if "--fit" in sys.argv:
        fit()
        return
    people = world("measure")
    began = time.process_time()
    answers, judge = judged(people)
    spent = time.process_time() - began
    fraud = sum(person.fraud for person in people)
    harness.keep(
        "abuse",
        {
            "what": "registrations, simulated; campaigns of styles that nothing was fitted on",
            "people": len(people) - fraud,
            "fraud": fraud,
            "thresholds": {"challenge": SETTINGS.challenge_at, "deny": SETTINGS.deny_at},
            "figures": figures(people, answers),
            "clusters": clusters(people, answers, judge),
            "µs of processor time a registration": round(spent / len(people) * 1e6, 1),
        },
    )


if __name__ == "__main__":
    main()
