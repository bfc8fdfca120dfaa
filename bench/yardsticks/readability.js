// Mozilla's Readability with jsdom, over a folder of pages.   usage: node readability.js FOLDER ROUNDS   (in a folder with both packages)
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");
const here = createRequire(path.join(process.cwd(), "x.js"));
const { JSDOM, VirtualConsole } = here("jsdom");
const { Readability } = here("@mozilla/readability");

const [folder, count] = [process.argv[2], Number(process.argv[3])];
const pages = fs.readdirSync(folder).map(name => path.join(folder, name, "source.html")).filter(file => fs.existsSync(file)).map(file => fs.readFileSync(file, "utf8"));
const read = source => {
  const page = new JSDOM(source, { url: "http://fakehost/test/page.html", virtualConsole: new VirtualConsole() });
  const article = new Readability(page.window.document).parse();
  page.window.close();
  return article ? article.textContent : "";
};
pages.forEach(read);
const rounds = [];
for (let round = 0; round < count; round++) {
  // The processor time of all threads: a busy machine does not change it much.
  const started = process.cpuUsage();
  pages.forEach(read);
  const { user, system } = process.cpuUsage(started);
  rounds.push((user + system) / 1e3);
}
rounds.sort((a, b) => a - b);
console.log(`@mozilla/readability with jsdom: ${rounds[rounds.length >> 1].toFixed(0)} ms of processor time for all pages, parsing included (median of ${rounds.length}, ${rounds[0].toFixed(0)} to ${rounds[rounds.length - 1].toFixed(0)})`);
