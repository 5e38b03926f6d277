// The checks of the official client in a browser, on a page of another origin than the server's.
// What it says goes back to where the page came from.
const said = [];
let failed = 0;

function check(what, holds, found) {
  if (!holds) failed += 1;
  said.push(`${holds ? 'ok' : 'not ok'} ${what}${holds ? '' : `: ${JSON.stringify(found)}`}`);
}

async function refused(what, action, expected) {
  try {
    await action();
    check(what, false, 'it was not refused');
  } catch (error) {
    check(what, expected(error), `${error.name} ${error.code} ${error.status}: ${error.message}`);
  }
}

async function objects(client, name) {
  const put = await client.put(`${name}/a b.txt`, new Blob(['hello']), { meta: { color: 'blue' } });
  check('put', put.res.status === 200 && put.name === `${name}/a b.txt`, put);
  check('put shows its request id', put.res.requestUrls.length === 1 && !!put.res.headers['x-oss-request-id'], put.res.headers);
  const got = await client.get(`${name}/a b.txt`);
  check('get', new TextDecoder().decode(got.content) === 'hello', got);
  const head = await client.head(`${name}/a b.txt`);
  check('head shows what the rule exposes', head.meta.color === 'blue' && !!head.res.headers.etag, head);
  const listed = await client.listV2({ prefix: `${name}/` });
  check('list', listed.objects.length === 1 && listed.objects[0].name === `${name}/a b.txt`, listed);
  const url = client.signatureUrl(`${name}/a b.txt`);
  const answer = await fetch(url);
  check('a signed URL', answer.status === 200 && (await answer.text()) === 'hello', answer.status);
  await refused('a missing key', () => client.get(`${name}/missing`), error => error.code === 'NoSuchKey' && error.status === 404);
}

async function multipart(client, name) {
  const bytes = new Uint8Array(700 * 1024).map((_, index) => index % 251);
  let last = 0;
  const result = await client.multipartUpload(`${name}/large`, new File([bytes], 'large'), {
    partSize: 256 * 1024,
    progress: part => { last = part; }
  });
  check('multipart', result.res.status === 200 && last === 1, { result, last });
  const got = await client.get(`${name}/large`);
  const found = new Uint8Array(got.content);
  check('multipart content', found.length === bytes.length && found.every((byte, index) => byte === bytes[index]), found.length);
}

// The client has no forms in a browser, so the policy is signed here.
async function sign(secret, text) {
  const bytes = part => new TextEncoder().encode(part);
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, bytes(text));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}

async function form(client, name, { bucketUrl, id, secret }) {
  const policy = btoa(JSON.stringify({
    expiration: new Date(Date.now() + 600000).toISOString(),
    conditions: [['content-length-range', 0, 1000]]
  }));
  const fields = { OSSAccessKeyId: id, policy, Signature: await sign(secret, policy) };
  const data = new FormData();
  data.append('key', `${name}/form.txt`);
  data.append('success_action_status', '200');
  for (const field in fields) data.append(field, fields[field]);
  data.append('file', new Blob(['from a form']), 'form.txt');
  const answer = await fetch(bucketUrl, { method: 'POST', body: data });
  check('form', answer.status === 200, answer.status);
  const got = await client.get(`${name}/form.txt`);
  check('form content', new TextDecoder().decode(got.content) === 'from a form', got);
}

async function main() {
  const { endpoint, region, id, secret, bucket, closed } = window.settings;
  const connect = (name, more) => new OSS({
    endpoint, region, accessKeyId: id, accessKeySecret: secret, bucket: name, ...more
  });
  for (const authorizationV4 of [false, true]) {
    const name = authorizationV4 ? 'v4' : 'v1';
    const client = connect(bucket, { authorizationV4 });
    await objects(client, name);
    await multipart(client, name);
    await refused('a wrong secret', () => connect(bucket, { authorizationV4, accessKeySecret: 'x' }).get('k'),
      error => error.code === 'SignatureDoesNotMatch' && error.status === 403);
  }
  await form(connect(bucket), 'form', window.settings);
  await refused('a bucket without rules', () => connect(closed).put('k', new Blob(['x'])),
    error => error.status === -1 || error.status === undefined);
}

main()
  .catch(error => check('no error', false, `${error.stack}`))
  .then(() => fetch('/said', {
    method: 'POST',
    body: `${said.join('\n')}\n${said.length - failed} checks passed, ${failed} failed\n`
  }));
