#!/usr/bin/env bash
# The whole loop without a forge, in a temporary folder: a server that refuses, a branch, an edit, reviews, their observation, the
# gates, what a forge would be told, the merge, the audit. Needs ray18, git and ssh-keygen. Run it and read along:
#   bash docs/review-loop.sh
set -euo pipefail
here=$(mktemp -d "${TMPDIR:-/tmp}/ray18-loop-XXXXXX")
cd "$here"
export GIT_AUTHOR_NAME=Dev GIT_AUTHOR_EMAIL=dev@example.org GIT_COMMITTER_NAME=Dev GIT_COMMITTER_EMAIL=dev@example.org
say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
run() { printf '\n$ %s\n' "$*"; "$@"; }
refused() { printf '\n$ %s\n' "$*"; if "$@"; then echo "this should have been refused" >&2; exit 1; fi; }

say "A program: four leads with accounts on a forge, somebody who edits, and a bot that observes"
for who in olga sam pia sven dev ci; do ssh-keygen -q -t ed25519 -N '' -C "$who" -f "key-$who"; done
git init -q -b main program
(cd program && ray18 init --title "Harbor Booking: maintenance and support" > /dev/null)
{
  echo "people:"
  number=10
  for who in olga sam pia sven dev; do
    number=$((number + 1))
    printf '  - id: %s\n    name: %s\n    keys: [{key: "%s"}]\n' "$who" "${who^}" "$(cat "key-$who.pub")"
    printf '    forges: [{forge: github, id: %s, login: %s}]\n' "$number" "$who"
  done
  printf '  - id: ci\n    name: CI\n    kind: bot\n    keys: [{key: "%s"}]\n' "$(cat key-ci.pub)"
  printf 'roles:\n  operations-director: [olga]\n  support-lead: [sam]\n  product-owner: [pia]\n  security-lead: [sven]\n'
} > program/people.yaml
{
  printf 'approvals: {observers: [ci]}\nroles:\n'
  for role in operations-director support-lead product-owner security-lead; do
    printf '  %s: {title: %s, evidence: observed}\n' "$role" "$role"
  done
} >> program/ray18.yaml
git -C program add -A
git -C program commit -q -m "Start the maintenance program"

say "A bare repository that refuses what nobody approved"
git clone -q --bare program server.git
run ray18 -C server.git receive install
git clone -q server.git work
cd work

say "A branch with a plan; everybody may push that"
git switch -q -c plan
cat > plan.yaml <<'YAML'
title: Maintenance of Harbor Booking
revision: 1
period: {start: 2026-01-01, end: 2099-12-31}
revisit_date: 2099-06-01
objectives: [Keep the booking of berths running]
YAML
git add plan.yaml
git commit -q -m "Draw up the plan"
head=$(git rev-parse HEAD)
run git push -q origin plan

say "Straight to the protected branch: refused, with the reasons"
refused git push -q origin plan:main

say "Four reviews, as GitHub's webhooks tell of them; and one by a stranger"
payload() { # account login merged
  cat > "../review-$2.json" <<JSON
{"action": "submitted",
 "review": {"id": 10$1, "user": {"id": $1, "login": "$2", "type": "User"}, "state": "approved", "commit_id": "$head",
            "submitted_at": "2026-06-01T10:00:00Z", "body": ""},
 "pull_request": {"number": 7, "state": "open", "merged_at": $3, "user": {"id": 15, "login": "dev", "type": "User"},
                  "head": {"sha": "$head", "ref": "plan"},
                  "base": {"sha": "$(git rev-parse origin/main)", "ref": "main", "repo": {"full_name": "harbor/program"}}},
 "repository": {"full_name": "harbor/program"}}
JSON
}
payload 99 mallory null
run ray18 approvals observe --forge github --from ../review-mallory.json --out ../observed --key ../key-ci
number=10
for who in olga sam pia sven; do
  number=$((number + 1))
  payload "$number" "$who" null
  run ray18 approvals observe --forge github --from "../review-$who.json" --out ../observed --key ../key-ci
done

say "The approvals, judged with what was observed"
run ray18 why plan --rev origin/plan --observed ../observed

say "What a forge would be told"
run ray18 publish --rev origin/plan --observed ../observed --dry-run

say "The merge; the records follow as a commit of the observer, and the server takes both"
git switch -q main
git merge -q --no-ff -m "Merge the plan (#7)" plan
base=$(git rev-parse origin/main)
number=10
for who in olga sam pia sven; do
  number=$((number + 1))
  payload "$number" "$who" '"2026-06-02T10:00:00Z"'
  run ray18 approvals observe --forge github --from "../review-$who.json" --commit --key ../key-ci
done
run git push -q origin main

say "The audit of the protected branch: who did what, by what evidence"
run ray18 audit
printf '\nAll of it is in %s (the branch began at %s).\n' "$here" "${base:0:12}"
