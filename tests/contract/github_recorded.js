// Takes what tests/fixtures/github/recorded_*.json hold out of the npm package
// @octokit/webhooks-examples (MIT), where npm put it: node github_recorded.js NODE_MODULES DIR
const fs = require('fs');
const path = require('path');
const [modules, out] = process.argv.slice(2);
const from = path.join(modules, '@octokit/webhooks-examples');
const version = JSON.parse(fs.readFileSync(path.join(from, 'package.json'))).version;

const jobFields = ['id', 'run_id', 'run_attempt', 'head_sha', 'html_url', 'status', 'conclusion',
  'created_at', 'started_at', 'completed_at', 'name', 'steps', 'labels', 'runner_id', 'runner_name',
  'runner_group_id', 'runner_group_name', 'workflow_name', 'head_branch'];
const runFields = ['id', 'name', 'head_branch', 'head_sha', 'path', 'display_title', 'run_number',
  'event', 'status', 'conclusion', 'workflow_id', 'html_url', 'created_at', 'updated_at', 'actor',
  'run_attempt', 'run_started_at', 'triggering_actor'];

const cut = (object, fields) =>
  Object.fromEntries(fields.filter((f) => f in object).map((f) => [f, object[f]]));
const login = (actor) => (actor ? { login: actor.login, type: actor.type } : actor);
const once = (list) => [...new Map(list.map((o) => [JSON.stringify(o), o])).values()];

const jobs = [];
const runs = [];
for (const dir of fs.readdirSync(from).filter((d) => d.startsWith('ghes') || d.startsWith('api'))) {
  for (const event of JSON.parse(fs.readFileSync(path.join(from, dir, 'index.json')))) {
    for (const example of event.examples) {
      if (example.workflow_job) jobs.push(cut(example.workflow_job, jobFields));
      if (example.workflow_run && example.workflow_run.id) {
        const run = cut(example.workflow_run, runFields);
        if ('actor' in run) run.actor = login(run.actor);
        if ('triggering_actor' in run) run.triggering_actor = login(run.triggering_actor);
        runs.push(run);
      }
    }
  }
}
const write = (name, what, key, list) =>
  fs.writeFileSync(path.join(out, name), JSON.stringify({
    origin: `${what} of the examples of @octokit/webhooks-examples ${version} (MIT)`,
    total_count: list.length, [key]: list }, null, 1) + '\n');
write('recorded_jobs.json', 'workflow_job', 'jobs', once(jobs));
write('recorded_runs.json', 'workflow_run', 'workflow_runs', once(runs));
