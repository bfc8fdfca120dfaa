using System.Collections.Concurrent;
using System.Diagnostics;
using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterProof;

/// <summary>Tabs of the cluster, each with an identity of its own and a page of the site. They are opened once, and used in every round.</summary>
/// <param name="front">Asks.</param>
/// <param name="site">Serves the pages, and knows which node has loaded one last.</param>
internal sealed class TabSet(Front front, ProofSite site)
{
    private const string Tab = "main";

    // What a tab answers is waited for; then it is asked again.
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly List<string> _names = [];
    private readonly ConcurrentDictionary<string, IActorRef> _tabs = new();

    internal int Count => _names.Count;

    internal async Task OpenAsync(int count)
    {
        _names.AddRange(Enumerable.Range(1, count).Select(static number => $"user{number}"));
        await Parallel.ForEachAsync(_names, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, stop) =>
        {
            if (await front.Cluster.Ask<object>(new ClusterProtocol.OpenClusterTab(name, Tab), Patience.Long, stop) is not TabOpened opened)
                throw new TimeoutException($"The tab of {name} was not opened.");
            _tabs[name] = opened.Tab;
            opened.Tab.Tell(new Navigate($"{site.Root}/page/{name}"));
        });
        await UsableAsync(_names, Stopwatch.GetTimestamp());
    }

    /// <summary>The tabs whose page a node has loaded last.</summary>
    internal IReadOnlyList<string> On(string node) => [.. _names.Where(name => site.NodeOfPage(name) == node)];

    internal Task AllUsableAsync() => UsableAsync(_names, Stopwatch.GetTimestamp());

    /// <summary>Completes when each of the tabs shows its page, with the time from then to the first one that did, and to the last one.</summary>
    internal async Task<(TimeSpan First, TimeSpan Last)> UsableAsync(IReadOnlyList<string> names, long since)
    {
        var first = new TaskCompletionSource<TimeSpan>();
        using var late = new CancellationTokenSource(Patience.Long);
        try
        {
            await Task.WhenAll(names.Select(async name =>
            {
                while (!await ShowsAsync(name))
                    await Task.Delay(s_pause, late.Token);
                first.TrySetResult(Stopwatch.GetElapsedTime(since));
            }));
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"After {Patience.Long.TotalSeconds} s, not all of {names.Count} tabs show their pages.");
        }
        return (names.Count > 0 ? await first.Task : default, Stopwatch.GetElapsedTime(since));
    }

    private async Task<bool> ShowsAsync(string name)
    {
        try
        {
            return await _tabs[name].Ask<object>(new Query(DocumentQuery.Select) { Argument = "title" }, s_answer) is QueryResult { Items: [{ Text: var text }, ..] } && text == ProofSite.Title(name);
        }
        catch (Exception e) when (e is AskTimeoutException or NodeLostException)
        {
            return false;
        }
    }
}
