using System.Globalization;

namespace ActorBrowser.Bench.Figures;

/// <summary>A crawl of a real documentation tree, beside wget, which only fetches, and Chromium, which loads the same pages.</summary>
internal sealed class Crawl : IFigure
{
    private const int Tabs = 25;

    public string Name => "crawl";

    public IReadOnlyList<string> Programs => ["nginx", "wget"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var documents = Directory.Exists("/usr/share/doc") ? Directory.GetDirectories("/usr/share/doc", "postgresql-doc-*").Select(static folder => Path.Combine(folder, "html")).FirstOrDefault(Directory.Exists) : null;
        if (documents is null)
        {
            Console.Error.WriteLine("bench: the crawl needs Debian's postgresql-doc-15 (or another version): left out.");
            return [];
        }
        using var server = await Nginx.StartAsync(context.Scratch, documents);
        var start = $"{server.BaseAddress}/docs/index.html";
        var (number, pages) = (0, new List<string>());
        string Folder(string name) => Path.Combine(context.Scratch, $"{name}-{number++}");

        string[] Ours() => ["crawl", "--pace", "0", "--save", "html", "-o", Folder("crawl"), "--json", start];
        Task<double> CrawlAsync()
        {
            var (output, elapsed) = NativeProcess.Run(context.Program, Ours());
            pages = [.. output.Split('\n').Where(static line => line.StartsWith("{\"url\":", StringComparison.Ordinal)).Select(static line => line.Split('"')[3])];
            return Task.FromResult(pages.Count / elapsed.TotalSeconds);
        }
        Task<double> WgetAsync()
        {
            var folder = Folder("wget");
            // Its exit code 8 says that a link was broken, as some are in every tree.
            var (_, elapsed) = NativeProcess.Run(Tools.Find("sh"), "-c", "wget -r -q -P \"$1\" \"$2\"; case $? in 0|8) exit 0;; *) exit 1;; esac", "wget", folder, start);
            return Task.FromResult(Directory.GetFiles(folder, "*.html", SearchOption.AllDirectories).Length / elapsed.TotalSeconds);
        }

        var speeds = await Contender.InterleaveAsync(context.Pick(2, 5), new Contender("crawl", "pages/s", CrawlAsync), new Contender("wget -r (fetches only)", "pages/s", WgetAsync));
        var memory = new Samples("crawl", "MiB");
        for (var i = 0; i < context.Pick(1, 3); i++)
        {
            using var process = NativeProcess.Start(context.Program, Ours());
            using var tree = new TreeMemory(process.Id);
            process.WaitForExit();
            memory.Add(tree.Peak);
        }
        var title = string.Create(CultureInfo.InvariantCulture, $"crawl of {pages.Count} pages of documentation, each parsed, saved and cached");
        var rows = new List<Row> { new(title, speeds[0], speeds[1], Target.AtLeast(0.5)) };
        if (!Chromium.IsInstalled)
            return rows;
        var (rate, peak) = await Chromium.LoadAsync(context.Scratch, pages, Tabs);
        rows.Add(new Row(title, speeds[0], Samples.Single("pages/s", rate, $"Chromium, {Tabs} at once, without scripts"), Target.AtLeast(15)));
        rows.Add(new Row("… peak memory of all its processes (PSS)", memory, Samples.Single("MiB", peak, $"Chromium, {Tabs} at once, without scripts"), Target.AtMost(0.125)));
        return rows;
    }
}
