// The official client for Node, unchanged, as the table of clients in the local server's README has it.
'use strict';
const OSS = require('ali-oss');

const { OSS_ACCESS_KEY_ID: id, OSS_ACCESS_KEY_SECRET: secret, OSS_REGION: region, SCRATCH: scratch } = process.env;
const fs = require('fs');
const path = require('path');
// With an address in place of the name this client sends a Host of its own.
const endpoint = process.env.OSS_ENDPOINT.replace('127.0.0.1', 'localhost');
let passed = 0;

function check(what, holds, found) {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(found)}`);
  passed += 1;
  console.log(`ok ${what}`);
}

async function refused(what, action, code) {
  const error = await action().then(() => ({ code: 'nothing was refused' }), error => error);
  check(what, error.code === code, `${error.code}: ${error.message}`);
}

async function use(authorizationV4) {
  const connect = more => new OSS({
    endpoint, region: `oss-${region}`, accessKeyId: id, accessKeySecret: secret, sldEnable: true, authorizationV4, ...more
  });
  const name = authorizationV4 ? 'node-v4' : 'node-v1';
  const client = connect();
  await client.putBucket(name);
  client.useBucket(name);
  const { buckets } = await client.listBuckets({ prefix: name });
  check('listBuckets', buckets.length === 1 && buckets[0].name === name, buckets);

  const key = 'a b/%41+\u00e9?#.txt';
  await client.put(key, Buffer.from('hello'), { meta: { color: 'blue' } });
  check('get', (await client.get(key)).content.toString() === 'hello');
  check('head', (await client.head(key)).meta.color === 'blue');
  const listed = await client.listV2({ prefix: 'a b/' });
  check('listV2', listed.objects.length === 1 && listed.objects[0].name === key, listed.objects);

  const file = path.join(scratch, `${name}.bin`);
  const bytes = Buffer.alloc(700 * 1024, 7);
  fs.writeFileSync(file, bytes);
  await client.multipartUpload('large', file, { partSize: 256 * 1024 });
  check('multipartUpload', (await client.get('large')).content.equals(bytes));

  const url = authorizationV4 ? await client.signatureUrlV4('GET', 60, undefined, key) : client.signatureUrl(key);
  check('a signed URL', (await (await fetch(url)).text()) === 'hello', url);
  await refused('a missing key', () => client.get('missing'), 'NoSuchKey');
  await refused('a wrong secret', () => connect({ bucket: name, accessKeySecret: 'x' }).get(key), 'SignatureDoesNotMatch');
  await client.deleteMulti([key, 'large']);
  await client.deleteBucket(name);
  check('it is gone', (await client.listBuckets({ prefix: name })).buckets === null);
}

(async () => {
  await use(false);
  await use(true);
  console.log(`${passed} checks passed, 0 failed`);
})().catch(error => {
  console.error(error);
  process.exit(1);
});
