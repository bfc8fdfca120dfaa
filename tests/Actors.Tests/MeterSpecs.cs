using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>The metrics of fetches, commands, pools and tabs. Runs alone, because its numbers are the whole process's.</summary>
[Collection(RoleContractSpecs.Alone)]
public sealed class MeterSpecs : PlayedChildSpecs
{
    private static readonly FetchHeaders Headers = new(200, "1.1", "http://x/", [], [], "", AddressSpace.Public, -1, default);

    private readonly ConcurrentQueue<(string Name, double Value, string Tag)> _counted = new();
    private readonly ConcurrentDictionary<(string Name, string Tag), long> _levels = [];
    private readonly Dictionary<(string Name, string Tag), long> _before;
    private readonly MeterListener _listener;
    private readonly IActorRef _browser;

    public MeterSpecs() : base("OFF")
    {
        _browser = Sys.ActorOf(BrowserActor.Props(Settings("actorbrowser.pools.renderer { spares = 0, max-processes = 1 }\nactorbrowser.pools.image-decoder.spares = 0"), Launcher));
        _listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listening) =>
            {
                if (instrument.Meter.Name == "ActorBrowser")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
        _listener.RecordObservableInstruments();
        _before = new(_levels);
    }

    protected override void AfterAll()
    {
        _listener.Dispose();
        base.AfterAll();
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var tag = tags.IsEmpty ? "" : $"{tags[0].Value}";
        if (instrument.IsObservable)
            _levels[(instrument.Name, tag)] = (long)value;
        else
            _counted.Enqueue((instrument.Name, value, tag));
    }

    /// <summary>Waits until the level has risen by the expected number: actors measure after they have answered.</summary>
    private async Task LevelAsync(long expected, string name, string tag = "")
    {
        var seen = 0L;
        try
        {
            await ProcessTable.Until(
                () =>
                {
                    _listener.RecordObservableInstruments();
                    seen = _levels.GetValueOrDefault((name, tag)) - _before.GetValueOrDefault((name, tag));
                    return seen == expected;
                }, Deadline.Long);
        }
        catch (TimeoutException)
        {
            Assert.Equal((name, expected), (name, seen));
        }
    }

    private double Count(string name, string tag = "") => _counted.Where(one => one.Name == name && one.Tag == tag).Sum(static one => one.Value);

    private async Task<FakeChild> ReadyChildAsync()
    {
        var child = await Launcher.NextAsync();
        await child.BecomeReadyAsync();
        return child;
    }

    [Fact]
    public async Task Fetches_are_counted_by_outcome_and_while_they_last()
    {
        var good = _browser.Ask<FetchProtocol.IEvent>(new Fetch("http://x/good"), Deadline.Long);
        var bad = _browser.Ask<FetchProtocol.IEvent>(new Fetch("http://x/bad"), Deadline.Long);
        var requester = Sys.ActorOf(Props.Empty);
        _browser.Tell(new Fetch("http://x/left"), requester);
        var child = await ReadyChildAsync();
        await LevelAsync(3, "actorbrowser.fetch.active");
        Assert.Equal(3, Count("actorbrowser.fetch.started"));
        var ids = new[] { (await child.NextAsync()).Id, (await child.NextAsync()).Id };
        child.Send(ids[0], Headers);
        child.Send(ids[0], new FetchEnd(0, 0, default));
        child.Send(ids[1], new FetchError(FetchErrorKind.Dns, "No such name."));
        await Task.WhenAll(good, bad).Soon();
        Sys.Stop(requester);
        await LevelAsync(0, "actorbrowser.fetch.active");
        await _browser.Ask<FetchFailed>(new Fetch("ftp://x/"), Deadline.Long);
        foreach (var outcome in new[] { "Completed", "Dns", "Abandoned", "UnsupportedScheme" })
            Assert.Equal((outcome, 1), (outcome, Count("actorbrowser.fetch.ended", outcome)));
        Assert.Equal(3, Count("actorbrowser.fetch.started"));
        var durations = _counted.Where(static one => one.Name == "actorbrowser.fetch.duration").ToArray();
        Assert.Equal(3, durations.Length);
        Assert.All(durations, static one => Assert.InRange(one.Value, 0, 30));
    }

    [Fact]
    public async Task Fetches_that_a_restart_ends_are_under_way_no_more()
    {
        var asked = _browser.Ask<FetchProtocol.IEvent>(new Fetch("http://x/"), Deadline.Long);
        await ReadyChildAsync();
        await LevelAsync(1, "actorbrowser.fetch.active");
        (await _browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long)).Fetch.Tell(Poison.Instance, ActorRefs.NoSender);
        Assert.IsType<FetchFailed>(await asked.Soon());
        await LevelAsync(0, "actorbrowser.fetch.active");
        Assert.Equal(1, Count("actorbrowser.fetch.ended", "Unavailable"));
    }

    [Fact]
    public async Task Commands_are_counted_by_their_end_and_their_refusal()
    {
        _browser.Tell(new Spawn(["true"]), TestActor);
        var runner = await ReadyChildAsync();
        var id = (await runner.NextAsync()).Id;
        runner.Send(id, new SpawnReady(42, 0));
        var spawned = await ExpectMsgAsync<Spawned>(Deadline.Long);
        await LevelAsync(1, "actorbrowser.command.active");
        runner.Send(id, new Exit(0, 0, false, ExitCause.Itself, default, default, 0, TimeSpan.FromSeconds(1.5)));
        runner.Send(id, new Closed(0));
        await _browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long);
        await _browser.Ask<SpawnRefused>(new Spawn(["true"]) { Profile = "none-such" }, Deadline.Long);
        await LevelAsync(0, "actorbrowser.command.active");
        Assert.Equal((1, 1, 1), (Count("actorbrowser.command.started"), Count("actorbrowser.command.ended", "Itself"), Count("actorbrowser.command.refused", "InvalidRequest")));
        Assert.Equal(1.5, Count("actorbrowser.command.duration", "Itself"));
    }

    [Fact]
    public async Task Pools_and_tabs_are_shown_as_they_are()
    {
        const string Role = "renderer";
        var first = (await _browser.Ask<TabProtocol.TabOpened>(new TabProtocol.OpenTab { Subscriber = Owner.Ref }, Deadline.Long)).Tab;
        var second = (await _browser.Ask<TabProtocol.TabOpened>(new TabProtocol.OpenTab(), Deadline.Long)).Tab;
        await LevelAsync(2, "actorbrowser.tab.open");
        first.Tell(new TabProtocol.Navigate("http://one/"));
        FakeChild[] launched = [await Launcher.NextAsync(), await Launcher.NextAsync()];
        var renderer = launched.Single(static child => child.Role == Role);
        await LevelAsync(1, "actorbrowser.pool.processes", Role);
        foreach (var child in launched)
            await child.BecomeReadyAsync();
        var network = launched.Single(static child => child.Role == "network");
        var request = await network.NextAsync();
        network.Send(request.Id, Headers);
        network.Send(request.Id, new FetchEnd(0, 0, default));
        Assert.Equal(MessageType.LoadDocument, (await renderer.NextAsync()).Type);
        second.Tell(new TabProtocol.Navigate("http://two/"));
        await LevelAsync(1, "actorbrowser.pool.waiting", Role);
        renderer.Exit(null, 11);
        await Owner.FishForMessageAsync(static message => message is TabProtocol.Crashed, Deadline.Long);
        await LevelAsync(1, "actorbrowser.tab.crashed");
        Assert.Equal(1, Count("actorbrowser.tab.crashes"));
        await ReadyChildAsync();
        await LevelAsync(0, "actorbrowser.pool.waiting", Role);
        second.Tell(new TabProtocol.Navigate("nowhere"));
        await LevelAsync(1, "actorbrowser.pool.spare", Role);
        first.Tell(new TabProtocol.Close());
        second.Tell(new TabProtocol.Close());
        await LevelAsync(0, "actorbrowser.tab.open");
        await LevelAsync(0, "actorbrowser.tab.crashed");
        Sys.Stop(_browser);
        await LevelAsync(0, "actorbrowser.pool.processes", Role);
        await LevelAsync(0, "actorbrowser.pool.spare", Role);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_measurement_that_nobody_wants()
    {
        _listener.Dispose();
        var level = new Level();
        var share = 0L;
        var exit = new CommandExit(0, null, false, ExitCause.Itself, default, default, 0, default, default);
        var fetch = new PendingFetch(1, new Fetch("http://x/"), [], ActorRefs.Nobody, Settings().Fetch, TimeProvider.System);
        Measure();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Measure();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Measure()
        {
            level.Set(ref share, share + 1);
            FetchMetrics.Started();
            FetchMetrics.Completed(fetch);
            FetchMetrics.Failed(fetch, FetchErrorKind.Dns);
            FetchMetrics.Refused(FetchErrorKind.Dns);
            CommandMetrics.Started();
            CommandMetrics.Ended(exit);
            CommandMetrics.Refused(SpawnFailure.NotFound);
            TabMetrics.Crash();
        }
    }
}
