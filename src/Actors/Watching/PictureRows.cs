using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>Makes a picture's rows: texts become one line each, shortened, without control characters.</summary>
internal static class PictureRows
{
    private const int LongestText = 200;
    private const int MostNames = 3;

    internal static string Line(string text, int longest = LongestText) => VisibleText.Shorten(VisibleText.Line(VisibleText.Shorten(text, longest)), longest);

    internal static Picture Picture(
        ProcessSamples samples, Func<ProcessRecord, (int Restarts, ProcessOrder Orders)> more, IReadOnlyList<PoolStatus> pools, IReadOnlyList<RunningFetch> fetches,
        IReadOnlyList<CrashReport> crashes, IReadOnlyList<ViolationRow> violations, DateTimeOffset now) => new(
            now,
            [OfBrowser(samples.Uses), .. samples.Children.Select(child => OfChild(child, samples.Uses, more(child))), .. samples.Descendants.Select(one => OfDescendant(one, samples.Uses))],
            [.. pools.OrderBy(static pool => pool.Role, StringComparer.Ordinal).Select(static pool => new PoolRow(pool.Role, pool.Processes, pool.Lent, pool.Idle, pool.Waiting, Line(pool.Degraded ?? "")))],
            [.. fetches.OrderBy(static fetch => fetch.Id).Take(ProcessWatch.MostListed).Select(static fetch =>
                new FetchRow(fetch.Id, Line(fetch.Method), WithoutSecrets(fetch.Url), (long)fetch.Age.TotalMilliseconds, fetch.Status, fetch.Received, fetch.ProcessId))],
            fetches.Count,
            [.. crashes.Take(ProcessWatch.MostListed).Select(static crash => new CrashRow(
                crash.Id, crash.Role, crash.ProcessId, crash.Reason.ToString(), Line(crash.Message), Line(crash.LastStderrLines is [.., var last] ? last : ""), crash.EndedAt))],
            violations);

    private static DateTimeOffset StartOfThis()
    {
        using var own = System.Diagnostics.Process.GetCurrentProcess();
        return own.StartTime;
    }

    private static ProcessRow OfBrowser(IReadOnlyDictionary<int, ProcessSample> uses) =>
        WithUse(new ProcessRow(0, -1, Environment.ProcessId, "browser", "", "ready", s_image, 0, 0, "", null, null, false, 0, 0, s_startedAt, 0, ProcessOrder.None), uses);

    private static readonly string s_image = System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "native";
    private static readonly DateTimeOffset s_startedAt = StartOfThis();

    private static ProcessRow OfChild(ProcessRecord child, IReadOnlyDictionary<int, ProcessSample> uses, (int Restarts, ProcessOrder Orders) more)
    {
        var confinement = child.Confinement;
        return WithUse(
            new ProcessRow(
                child.Number, 0, child.ProcessId, child.Role, NameOf(child), StateOf(child.State), ImageOf(child.Image), confinement.InForce, confinement.All, confinement.Missing,
                null, null, false, child.InFlight, child.Waiting, child.StartedAt, more.Restarts, more.Orders),
            uses);
    }

    private static ProcessRow OfDescendant(ProcessSamples.Descendant one, IReadOnlyDictionary<int, ProcessSample> uses) => WithUse(
        new ProcessRow(one.Number, one.Parent, one.ProcessId, "process", uses.TryGetValue(one.ProcessId, out var use) ? Line(use.Name) : "", "", "", 0, 0, "", null, null, false, 0, 0, null, 0, ProcessOrder.None), uses);

    private static ProcessRow WithUse(ProcessRow row, IReadOnlyDictionary<int, ProcessSample> uses) =>
        uses.TryGetValue(row.ProcessId, out var use) ? row with { Processor = use.Processor, Memory = use.Memory, IsResident = use.IsResident } : row;

    private static string NameOf(ProcessRecord child)
    {
        if (child.Loan is { } loan)
            return loan.Title.Length == 0 ? Line(loan.Site) : Line($"{Line(loan.Site)}: {loan.Title}");
        var names = child.NamesInFlight(MostNames + 1);
        return names.Length <= MostNames ? Line(string.Join(" · ", names)) : Line(string.Join(" · ", names.Take(MostNames)), LongestText - 2) + " …";
    }

    private static string StateOf(ChildState state) => state switch
    {
        ChildState.Spawning or ChildState.Handshaking => "starting",
        ChildState.Ready => "ready",
        ChildState.ShuttingDown => "exiting",
        ChildState.Killing => "killed",
        _ => "gone",
    };

    private static string ImageOf(ChildImage image) => image switch
    {
        ChildImage.Native => "native",
        ChildImage.Jit => "JIT",
        _ => "",
    };

    // A user's password, and what a query holds, are nobody's business here.
    private static string WithoutSecrets(string url) =>
        WebUrl.TryParse(url, out var parsed) ? Line(parsed.Origin + parsed.Path + (parsed.Query is null ? "" : "?…")) : "(not a URL)";
}
