using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>The messages of tabs: each with all of its fields, and with none of those that may be missing.</summary>
internal static class TabSamples
{
    private static readonly ActivityContext Span = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);

    private static readonly DateTimeOffset Moment = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly ChildExited Exit = new(
        ActorRefs.Nobody, "renderer", 17, ExitReason.Crashed, KillCause.Hang, 3, 11, "It crashed.", [1, ulong.MaxValue], ["a line", ""], Moment, Moment.AddSeconds(1), Moment.AddSeconds(2))
    {
        Layers = [new LayerReport("seccomp", true, "in full"), new LayerReport("namespaces", false, "")],
        Image = ChildImage.Native,
        WillRecur = true,
        DiedAtStart = true,
        Limit = "memory",
        Dump = "core.7",
    };

    private static readonly ChildExited ShortExit = new(ActorRefs.Nobody, "", 0, ExitReason.Clean, KillCause.None, null, null, "", [], [], Moment, null, Moment);

    internal static readonly PageSummary Page = new(
        "https://a.test/ä?q", 200, "text/html", 1 << 20, new DocumentLoaded("Tëst", "en", "https://a.test/", "utf-8", "bom", new DocumentCounts(1, 2, 3, 4, 5, 6, 7, 8), 9, "html", "note"), 4711, TimeSpan.FromMilliseconds(12))
    {
        Scripts = new PageScriptsEnd(3, 1, true),
    };

    // Its renderer has not answered yet.
    private static readonly PageSummary Unparsed = new("https://a.test/", 404, "", 0, default, 0, TimeSpan.Zero);

    internal static IReadOnlyList<object> All { get; } =
    [
        new Navigate("https://a.test/") { TraceParent = Span },
        new Navigate("") { TraceParent = default },
        new Stop(),
        new Reload { Resubmit = true, TraceParent = Span },
        new Reload { TraceParent = default },
        new Back { TraceParent = Span },
        new Back { TraceParent = default },
        new Forward { TraceParent = Span },
        new Forward { TraceParent = default },
        new Close(),
        new KillRenderer(),
        new GetSnapshot(),
        new Query(DocumentQuery.Extract) { Argument = "a > b", Start = 3, Count = 4, TraceParent = Span },
        new Query(DocumentQuery.Select) { TraceParent = default },
        new Evaluate("1 + 1") { Timeout = TimeSpan.FromSeconds(3), TraceParent = Span },
        new Evaluate("") { TraceParent = default },
        new FetchResource("https://a.test/i.png") { TraceParent = Span },
        new FetchResource("") { TraceParent = default },
        new Act(ActKind.Upload, "input")
        {
            Text = "text", Values = ["a", ""], IsOn = false, X = 1, Y = 2, Submitter = "button", TraceParent = Span,
            Files = [UploadFile.FromBytes("a.txt", new byte[] { 1, 2 }), UploadFile.FromBytes("b", Array.Empty<byte>(), "image/png")],
        },
        new Act(ActKind.Click, "a") { TraceParent = default },
        new TabSnapshot(3, TabState.Loaded, "https://a.test/", "Title", 17, ["https://b.test/", "https://a.test/"], 1, Page, "A problem."),
        new TabSnapshot(0, TabState.Blank, "", "", 0, [], -1, null, null),
        new Evaluated("{\"a\":1}"),
        new EvaluationFailed(ScriptFailure.RendererLost, "m", 2, 3) { Exited = Exit },
        new EvaluationFailed(ScriptFailure.Failed, "", 0, 0),
        new ResourceFetched("https://a.test/i.png", 200, "image/png", new byte[] { 1, 2, 3 }),
        new QueryResult(7, [new QueryItem("n", "v", "t", 5), new QueryItem("", "", "", 0)]),
        new QueryResult(0, []),
        new QueryFailed(DocumentFailure.TextChanged, "m") { Act = ActFailure.TooLarge, Field = "f", Exited = Exit },
        new QueryFailed(null, "") { Exited = ShortExit },
        new LoadStarted(1, "https://a.test/"),
        new Progress(1, long.MaxValue, -1),
        new TitleChanged(1, "Tëst"),
        new ResourceLoaded(1, "https://a.test/i.png", 404, 5, "A problem."),
        new ResourceLoaded(1, "", 0, 0, null),
        new TabProtocol.ImageDecoded(1, "https://a.test/i.png", "png", 4, 3, 2),
        new LoadFinished(1, Page),
        new LoadFinished(1, Unparsed),
        new LoadFailed(1, "https://a.test/", "m") { Kind = FetchErrorKind.Tls },
        new LoadFailed(1, "", ""),
        new StayedOnPage(1, "https://a.test/", 204, Page),
        new StayedOnPage(1, "", 205, null),
        new Crashed(1, "m", Exit, 2),
        new Crashed(1, "", null, 1),
        new TabUnresponsive(1, TimeSpan.FromSeconds(3)),
        new TabProtocol.Closed { Problem = "A problem." },
        new TabProtocol.Closed(),
        new Acted(3),
        new Acted(null),
        new CloseWithIdentity(),
        new TabOrder("alice/mail") { MustExist = true, IsPrivate = true, LoadImages = true, Initiator = FetchInitiator.PublicPage, Scripts = PageScripts.Page },
        new TabOrder(""),
        new TabJoined(ulong.MaxValue),
        new TabUnknown(),
        new TabMoved("A problem."),
        new TabAsk(7, new Query(DocumentQuery.Links) { Argument = "a", TraceParent = Span }),
        new TabAnswer(ulong.MaxValue, new QueryResult(1, [new QueryItem("n", "v", "t", 5)])),
        new TabRefused(1, "Navigate", "A problem."),
        new TabRefused(1, null, ""),
        new TabTold(new LoadFinished(1, Page)),
    ];

    /// <summary>All that a message holds, to the last field.</summary>
    internal static string Show(object? value) => value switch
    {
        null => "null",
        IActorRef => "actor",
        string text => $"\"{text}\"",
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        byte[] bytes => Convert.ToHexString(bytes),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Show))}]",
        _ => $"{value.GetType().Name} {{ {string.Join(", ", value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Where(static property => property.Name != "EqualityContract").Select(property => $"{property.Name} = {Show(property.GetValue(value))}"))} }}",
    };
}
