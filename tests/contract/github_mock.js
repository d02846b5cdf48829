// Runs Prism on the part of GitHub's description that the source uses, and
// github_client against it: node github_mock.js NODE_MODULES CLIENT WORK-DIR
const fs = require('fs');
const net = require('net');
const http = require('http');
const path = require('path');
const { spawn } = require('child_process');
const [modules, client, work] = process.argv.slice(2);

// The whole of it takes 18 s to load; these paths, and what they lead to, 3 s.
const whole = JSON.parse(fs.readFileSync(
  path.join(modules, '@octokit/openapi/generated/api.github.com.json')));
const used = [/^\/repos\/\{owner\}\/\{repo\}$/, /\/actions\/runs/, /\/actions\/jobs/,
  /\/annotations$/, /^\/(orgs\/\{org\}|repos\/\{owner\}\/\{repo\})\/actions\/runners$/,
  /^\/orgs\/\{org\}\/repos$/, /^\/meta$/];
const paths = Object.fromEntries(Object.entries(whole.paths)
  .filter(([p]) => used.some((u) => u.test(p)))
  .map(([p, item]) => [p, Object.fromEntries(Object.entries(item)
    .filter(([k]) => k === 'get' || k === 'parameters'))])
  .filter(([, item]) => item.get));
// A parameter that the description does not know is refused too.
const known = (p) => [...(p.parameters || []), ...(p.get.parameters || [])].map((x) =>
  (x.$ref ? x.$ref.split('/').slice(1).reduce((o, k) => o[k], whole) : x))
  .filter((x) => x.in === 'query').map((x) => x.name);
const allowed = Object.entries(paths).map(([p, item]) =>
  [new RegExp(`^${p.replace(/\{[^}]*\}/g, '[^/]+')}$`), known(item)]);
// Its text says that `created` is a range in the syntax of a search, its schema that it
// is one date: the text is right.
delete whole.components.parameters.created.schema.format;
fs.writeFileSync(path.join(work, 'api.json'), JSON.stringify({ ...whole, paths, webhooks: undefined,
  'x-webhooks': undefined, servers: [{ url: 'http://127.0.0.1' }] }));

const freePort = () => new Promise((resolve) => {
  const s = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = s.address();
    s.close(() => resolve(port));
  });
});
const get = (port, url) => new Promise((resolve, reject) => {
  http.get({ port, host: '127.0.0.1', path: url, headers: {
    accept: url.endsWith('/logs') ? '*/*' : 'application/json', 'user-agent': 'dxtop',
    authorization: 'Bearer x', 'x-github-api-version': '2022-11-28' } }, (res) => {
    const parts = [];
    res.on('data', (d) => parts.push(d));
    res.on('end', () => resolve({ status: res.statusCode, headers: res.headers,
      body: Buffer.concat(parts) }));
  }).on('error', reject);
});
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

(async () => {
  const port = await freePort();
  const prism = spawn(process.execPath, [path.join(modules, '@stoplight/prism-cli/dist/index.js'),
    'mock', '-p', String(port), '-h', '127.0.0.1', path.join(work, 'api.json')],
  { stdio: ['ignore', 'ignore', 'inherit'] });
  process.on('exit', () => prism.kill());
  for (let i = 0; ; i += 1) {
    try { await get(port, '/meta'); break; } catch (e) {
      if (i > 300) throw e;
      await sleep(200);
    }
  }
  const child = spawn(client, { stdio: ['pipe', 'pipe', 'inherit'] });
  let rest = '';
  let bad = 0;
  const steps = new Set();
  const answer = async (line) => {
    if (line.startsWith('#')) { console.log(line); return; }
    const url = line.slice(4);
    const [bare, query = ''] = url.split('?');
    const fits = allowed.find(([re]) => re.test(bare));
    const strange = [...new URLSearchParams(query).keys()].filter((k) => !fits || !fits[1].includes(k));
    const res = await get(port, url);
    steps.add(bare.replace(/\d+/g, 'N').replace(/octo-[^/]+|github\/hello-world|octocat\/Hello-World/g, 'X'));
    // A log is a 302 without a body in the description.
    const ok = !strange.length && (res.status === 200 || (res.status === 302 && bare.endsWith('/logs')));
    if (!ok) {
      bad += 1;
      console.log(`refused: ${res.status} ${url} ${strange.join(' ')} ${res.body.toString().slice(0, 300)}`);
    }
    const status = res.status === 302 ? 200 : res.status;
    child.stdin.write(`${status} ${res.body.length} \n`);
    child.stdin.write(res.body);
  };
  let queue = Promise.resolve();
  child.stdout.on('data', (d) => {
    rest += d;
    const lines = rest.split('\n');
    rest = lines.pop();
    lines.forEach((l) => { queue = queue.then(() => answer(l)); });
  });
  child.on('close', (code) => {
    queue.then(() => {
      console.log([...steps].sort().join('\n'));
      console.log(`${bad} refused, client ended with ${code}`);
      process.exit(bad || code ? 1 : 0);
    });
  });
})();
