// An OpenID provider for the tests: oidc-provider as it is published, on loopback, told by lines of JSON on standard
// input what to do. Arguments: the port, and for TLS the files of a certificate and its key. `sign` alone is not its work: it makes the bad tokens, with the provider's own keys.
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

// Standard output is for answers.
console.info = console.error;

const audience = 'https://grants.example.org';
// Made for this run, and gone with it.
const pairs = new Map();
const wanted = new WeakMap();
let published = [];
let asked = 0;
let provider;

function pair(name) {
  if (!pairs.has(name)) {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    pairs.set(name, [
      { ...rsa, kid: `${name}-RS256`, alg: 'RS256', use: 'sig' },
      { ...ec, kid: `${name}-ES256`, alg: 'ES256', use: 'sig' },
    ]);
  }
  return pairs.get(name);
}

const resource = (alg) => ({
  scope: 'grants.read grants.write', audience, accessTokenFormat: 'jwt', accessTokenTTL: 3600, jwt: { sign: { alg } },
});
const client = (alg) => ({
  client_id: `dashboard-${alg}`, client_secret: 'of the tests only', grant_types: ['client_credentials'],
  redirect_uris: [], response_types: [],
});

// A new provider with other keys, as after a restart with a new configuration. The first pair signs.
function publish(names) {
  published = names;
  provider = new Provider(issuer, {
    jwks: { keys: names.flatMap(pair) },
    clients: [client('RS256'), client('ES256')],
    extraTokenClaims: (_, token) => wanted.get(token),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, __, { clientId }) => resource(clientId.split('-')[1]),
      },
    },
  });
}

const commands = {
  publish: ({ keys }) => publish(keys),
  asked: () => asked,
  // The whole way over HTTP: a client asks for a token.
  async client({ alg }) {
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`dashboard-${alg}:of+the+tests+only`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope: 'grants.read' }),
    });
    const body = await answer.json();
    return body.access_token ?? Promise.reject(new Error(JSON.stringify(body)));
  },
  // What the provider issues to a person who has logged in with a browser; the log-in itself is left out.
  async person({ sub, claims, alg, seconds }) {
    const token = new provider.AccessToken({
      accountId: sub, client: await provider.Client.find(`dashboard-${alg}`), scope: 'grants.read', expiresIn: seconds,
      resourceServer: new provider.ResourceServer(audience, resource(alg)),
    });
    wanted.set(token, claims);
    return token.save();
  },
  // Any header and any claims, as texts; with `hmac` the published key taken for a secret.
  sign({ header, claims, hmac, signature }) {
    const text = `${Buffer.from(header).toString('base64url')}.${Buffer.from(claims).toString('base64url')}`;
    if (signature !== undefined) return `${text}.${signature}`;
    const key = pair(published[0])[0];
    if (hmac) {
      const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
    }
    return `${text}.${sign('sha256', Buffer.from(text), { key, format: 'jwk' }).toString('base64url')}`;
  },
};

const answer = (request, response) => {
  asked += request.url === '/jwks';
  provider.callback()(request, response);
};
const [port, cert, key] = process.argv.slice(2);
const server = cert
  ? createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, answer)
  : createServer(answer);
let issuer;
server.listen(Number(port), '127.0.0.1', () => {
  issuer = `${cert ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
  publish(['first']);
  console.log(JSON.stringify({ said: issuer }));
  const lines = createInterface({ input: process.stdin });
  lines.on('line', async (line) => {
    try {
      const { command, ...rest } = JSON.parse(line);
      console.log(JSON.stringify({ said: (await commands[command](rest)) ?? null }));
    } catch (error) {
      console.log(JSON.stringify({ failed: String(error) }));
    }
  });
  // With the test that has started it, also where that was killed.
  lines.on('close', () => process.exit());
});
