// Measures the main content of a folder of pages: its words against the words of the articles that stand beside them, and how long it
// takes. Started by bench/main-content.   usage: ActorBrowser.MainContent FOLDER ROUNDS
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Transport;
using AngleSharp.Html.Parser;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var pages = Directory.GetDirectories(args[0]).Where(static folder => File.Exists(Path.Combine(folder, "source.html"))).Order(StringComparer.Ordinal)
    .Select(static folder => (Name: Path.GetFileName(folder), Source: File.ReadAllBytes(Path.Combine(folder, "source.html")), Expected: File.ReadAllText(Path.Combine(folder, "expected.html")))).ToArray();
var scores = new List<double>();
foreach (var (name, source, article) in pages)
{
    var (expected, found) = (Words(new HtmlParser().ParseDocument(article).Body!.TextContent), Words(MainText(source)));
    double common = expected.Sum(word => Math.Min(word.Value, found.GetValueOrDefault(word.Key)));
    var (wanted, given) = (expected.Values.Sum(), found.Values.Sum());
    scores.Add(wanted + given == 0 ? 1 : 2 * common / (wanted + given));
    Console.WriteLine($"{scores[^1]:0.0000}  precision {common / Math.Max(1, given):0.000}  recall {common / Math.Max(1, wanted):0.000}  {name}");
}
scores.Sort();
Console.WriteLine($"F1 over {scores.Count} pages: mean {scores.Average():0.0000}, median {(scores[scores.Count / 2] + scores[(scores.Count - 1) / 2]) / 2:0.0000}");

var rounds = new List<double>();
for (var round = int.Parse(args[1]); round > 0; round--)
{
    // The processor time of all threads: a busy machine does not change it much.
    using var self = Process.GetCurrentProcess();
    var started = self.TotalProcessorTime;
    foreach (var page in pages)
        MainText(page.Source);
    self.Refresh();
    rounds.Add((self.TotalProcessorTime - started).TotalMilliseconds);
}
rounds.Sort();
Console.WriteLine($"ours: {rounds[rounds.Count / 2]:0} ms of processor time for all pages, parsing included (median of {rounds.Count}, {rounds[0]:0} to {rounds[^1]:0})");

static string MainText(byte[] source)
{
    var limits = new DocumentLimits(1000, 2_000_000, 60_000);
    using var page = LiveDocument.Parse(new LoadDocument("http://fakehost/test/page.html", "text/html; charset=utf-8", source.Length, default, limits), source);
    return page.Texts.Of(DocumentQuery.MainText, "").Text;
}

static Dictionary<string, int> Words(string text)
{
    var words = new Dictionary<string, int>(StringComparer.Ordinal);
    foreach (Match word in Regex.Matches(text.ToLowerInvariant(), @"\w+"))
        words[word.Value] = words.GetValueOrDefault(word.Value) + 1;
    return words;
}
