// The official client: calls tools of a server, and prints what it got as one line of JSON.
// usage: node client.mjs stdio PROGRAM ARGUMENT... | node client.mjs http URL TOKEN, with the page's URL in PAGE
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [kind, target, ...rest] = process.argv.slice(2);
const client = new Client({ name: 'test', version: '1.0.0' });
const transport = kind === 'stdio'
  ? new StdioClientTransport({ command: target, args: rest })
  : new StreamableHTTPClientTransport(new URL(target), { requestInit: { headers: { Authorization: `Bearer ${rest[0]}` } } });
await client.connect(transport);

const { tools } = await client.listTools();
const progress = [];
// The client checks each structured result against the tool's output schema.
const ran = await client.callTool({ name: 'run_command', arguments: { command: 'echo one; sleep 0.5; echo two; exit 4' } }, undefined, { onprogress: (one) => progress.push(one.message) });
const page = await client.callTool({ name: 'read_page', arguments: { url: process.env.PAGE } });
const links = await client.callTool({ name: 'list_links', arguments: { url: process.env.PAGE } });
const started = await client.callTool({ name: 'start_command', arguments: { command: 'read x; echo got $x' } });
const handle = started.structuredContent.handle;
await client.callTool({ name: 'write_command', arguments: { handle, text: 'input\n' } });
const polled = await client.callTool({ name: 'poll_command', arguments: { handle, waitSeconds: 30 } });
const refused = await client.callTool({ name: 'poll_command', arguments: { handle: 'none' } });
const abort = new AbortController();
const sleeping = client.callTool({ name: 'run_command', arguments: { command: `sleep ${process.env.MARK}` } }, undefined, { signal: abort.signal }).then(() => 'ended', (error) => String(error));
setTimeout(() => abort.abort('enough'), 1000);
const aborted = await sleeping;
console.log(JSON.stringify({
  tools: tools.map((tool) => tool.name),
  exit: ran.structuredContent.exitCode, stdout: ran.structuredContent.stdout, progress,
  text: page.structuredContent.text, link: links.structuredContent.links[0].url,
  output: polled.structuredContent.output, refused: refused.isError, aborted,
}));
await client.close();
