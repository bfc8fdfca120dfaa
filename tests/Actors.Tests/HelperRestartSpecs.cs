using System.Threading.Channels;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>The effects of a failure of the browser's smaller actors, and of those that serve one call: rows of docs/failure-modes.md, "Restarts".</summary>
public sealed class HelperRestartSpecs() : PlayedChildSpecs("OFF")
{
    private IActorRef Browse() => Sys.ActorOf(BrowserActor.Props(Settings(), Launcher));

    // The browser creates its services at its start, which is over once it answers.
    private async Task<IActorRef> ServiceAsync(IActorRef browser, string name)
    {
        await browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        return await Sys.ActorSelection(browser.Path / name).ResolveOne(Deadline.Long);
    }

    private async Task<FakeChild> SpawnAsync(IActorRef browser)
    {
        browser.Tell(new BrowserProtocol.SpawnChild("echo"), TestActor);
        var child = await Launcher.NextAsync();
        await child.BecomeReadyAsync();
        return child;
    }

    [Fact]
    public async Task A_journal_that_fails_begins_anew_and_hears_of_the_next_loss()
    {
        var browser = Browse();
        (await SpawnAsync(browser)).Exit(3);
        await CrashesAsync(browser, 1);
        (await ServiceAsync(browser, "crashes")).Tell(Kill.Instance);
        await CrashesAsync(browser, 0);
        (await SpawnAsync(browser)).Exit(4);
        Assert.Equal(4, (await CrashesAsync(browser, 1))[0].ExitCode);
    }

    private async Task<IReadOnlyList<CrashReport>> CrashesAsync(IActorRef browser, int count)
    {
        IReadOnlyList<CrashReport> reports = [];
        await AwaitConditionAsync(
            async () => (reports = (await browser.Ask<CrashProtocol.Crashes>(new CrashProtocol.GetCrashes(), Deadline.Long)).Reports).Count == count, Deadline.Long, Deadline.Often);
        return reports;
    }

    private sealed class Restarter(Props props) : UntypedActor
    {
        private readonly IActorRef _watch = Context.ActorOf(props, "watch");

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Restart);

        protected override void OnReceive(object message)
        {
            if (message is "watch")
                Sender.Tell(_watch);
        }
    }

    [Fact]
    public async Task A_task_manager_s_actor_that_fails_tells_who_waits_and_takes_the_next_picture_even_if_nobody_answers_it()
    {
        // Its parent here is no browser, and answers nothing.
        var props = ProcessWatch.Props(ProcessRoster.Of(Launcher), []);
        var watch = await Sys.ActorOf(Props.Create(() => new Restarter(props))).Ask<IActorRef>("watch", Deadline.Long);
        watch.Tell(WatchProtocol.GetPicture.Instance, TestActor);
        watch.Tell(Kill.Instance);
        Assert.IsType<BrowserStoppedException>((await ExpectMsgAsync<Status.Failure>(Deadline.Long)).Cause);
        watch.Tell(WatchProtocol.GetPicture.Instance, TestActor);
        var picture = await ExpectMsgAsync<Picture>(Deadline.Long);
        Assert.Equal((Environment.ProcessId, 0), (Assert.Single(picture.Processes).ProcessId, picture.Pools.Count));
        // The same, as it is young.
        watch.Tell(WatchProtocol.GetPicture.Instance, TestActor);
        Assert.Same(picture, await ExpectMsgAsync<Picture>(Deadline.Long));
    }

    [Fact]
    public async Task The_answerer_of_late_questions_fails_and_knows_the_children_that_end_after_it()
    {
        var browser = Browse();
        var late = await ServiceAsync(browser, "late");
        late.Tell(Kill.Instance);
        // Answered by the restarted actor.
        await late.Ask<ActorIdentity>(new Identify(null), Deadline.Long);
        var process = await SpawnAsync(browser);
        var child = (await ExpectMsgAsync<BrowserProtocol.ChildSpawned>(Deadline.Long)).Child;
        Watch(child);
        process.Exit(5);
        await ExpectTerminatedAsync(child, Deadline.Long);
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => child.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long));
        Assert.Equal(5, lost.Exited!.ExitCode);
    }

    [Fact]
    public async Task A_replay_that_fails_tells_what_it_leaves_out_and_the_end_once()
    {
        var log = new OutputLog(1024, 1024);
        log.Append(OutputStream.Output, new byte[100], long.MaxValue);
        var exit = new CommandExit(0, null, false, ExitCause.Itself, default, default, 0, default, default);
        var closed = new CommandClosed("h", exit, 100, 0, 0);
        var snapshot = new CommandSnapshot("h", "true", CommandStatus.Exited, 1, default, default, exit, log.Retained(OutputStream.Output), log.Retained(OutputStream.Error), 100);
        var replay = CommandReplay.Props(new CommandRecord(snapshot, log, closed), new Subscribe(Owner.Ref) { Credit = 30 });
        var stopping = Sys.ActorOf(Props.Create(() => new Stopping(replay)));
        await Owner.ExpectMsgAsync<CommandExited>(Deadline.Long);
        Assert.Equal(30, (await Owner.ExpectMsgAsync<OutputChunk>(Deadline.Long)).Data.Length);
        stopping.Tell(Poison.Instance);
        Assert.Equal(new OutputGap(30, 70), await Owner.ExpectMsgAsync<OutputGap>(Deadline.Long));
        Assert.Same(closed, await Owner.ExpectMsgAsync<CommandClosed>(Deadline.Long));
        await Owner.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_spill_file_s_writer_that_fails_is_said_once_and_the_command_goes_on()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-spill-").FullName;
        var browser = Browse();
        browser.Tell(new Spawn(["true"]) { SpillFile = Path.Combine(folder, "file"), Subscription = new Subscribe(Owner.Ref) }, TestActor);
        var runner = await Launcher.NextAsync();
        await runner.BecomeReadyAsync();
        var id = (await runner.NextAsync()).Id;
        runner.Send(id, new SpawnReady(42, 0));
        var session = (await ExpectMsgAsync<Spawned>(Deadline.Long)).Session;
        // The session makes it when it has told of its start.
        IActorRef? writer = null;
        await AwaitConditionAsync(async () => (writer = (await Sys.ActorSelection(session.Path / "spill").Ask<ActorIdentity>(new Identify(0), Deadline.Long)).Subject) is not null, Deadline.Long, Deadline.Often);
        writer!.Tell(Kill.Instance);
        await Owner.ExpectMsgAsync<SpillFailed>(Deadline.Long);
        runner.Send(id, new Exit(0, 0, false, ExitCause.Itself, default, default, 0, default));
        runner.Send(id, new Closed(0));
        await Owner.ExpectMsgAsync<CommandExited>(Deadline.Long);
        await Owner.ExpectMsgAsync<CommandClosed>(Deadline.Long);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_download_whose_actor_fails_ends_with_that_and_fetches_nothing_twice()
    {
        using var destination = new MemoryStream();
        var done = new TaskCompletionSource<FetchResult>();
        var download = Sys.ActorOf(Download.Props(Owner.Ref, new FetchProtocol.Fetch("http://x/"), destination, done));
        await Owner.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        Watch(download);
        download.Tell(Poison.Instance);
        Assert.Contains("actor failed", (await Assert.ThrowsAsync<InvalidOperationException>(() => done.Task.Soon())).Message, StringComparison.Ordinal);
        await ExpectTerminatedAsync(download, Deadline.Long);
        await Owner.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_reading_whose_actor_fails_ends_with_that_and_releases_its_command_once()
    {
        var events = Channel.CreateUnbounded<(IEvent Event, IActorRef Session)>();
        var reader = Sys.ActorOf(CommandReader.Starting(Owner.Ref, new Spawn(["true"]), new Subscribe(ActorRefs.Nobody), events.Writer));
        await Owner.ExpectMsgAsync<Spawn>(Deadline.Long);
        reader.Tell(new Spawned("h", TestActor, 1, default));
        Assert.IsType<Spawned>((await events.Reader.ReadAsync().AsTask().Soon()).Event);
        Watch(reader);
        reader.Tell(Poison.Instance);
        Assert.Contains("actor failed", (await Assert.ThrowsAsync<InvalidOperationException>(() => events.Reader.Completion.Soon())).Message, StringComparison.Ordinal);
        await ExpectTerminatedAsync(reader, Deadline.Long);
        Assert.Equal("h", (await Owner.ExpectMsgAsync<Release>(Deadline.Long)).Handle);
        await Owner.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_tab_s_client_whose_actor_fails_ends_its_calls_and_closes_its_tab()
    {
        var events = Channel.CreateUnbounded<TabProtocol.IEvent>();
        var over = new TaskCompletionSource<Exception>();
        var listener = Sys.ActorOf(TabListener.Props(Owner.Ref, events.Writer, over));
        var opened = new TaskCompletionSource<TabProtocol.TabOpened>();
        listener.Tell(new TabListener.Open(new TabProtocol.OpenTab(), opened));
        await Owner.ExpectMsgAsync<TabProtocol.OpenTab>(Deadline.Long);
        listener.Tell(new TabProtocol.TabOpened(TestActor, 1));
        await opened.Task.Soon();
        await ExpectMsgAsync<TabProtocol.Subscribe>(Deadline.Long);
        var page = new TaskCompletionSource<PageSummary>();
        listener.Tell(new TabListener.Begin(new TabProtocol.Reload(), page));
        await ExpectMsgAsync<TabProtocol.Reload>(Deadline.Long);
        listener.Tell(Poison.Instance);
        Assert.Contains("actor failed", (await Assert.ThrowsAsync<PageException>(() => page.Task.Soon())).Message, StringComparison.Ordinal);
        Assert.IsType<PageException>(await over.Task.Soon());
        await ExpectMsgAsync<TabProtocol.Close>(Deadline.Long);
    }

    /// <summary>Stops its child when the child fails, like a registry.</summary>
    private sealed class Stopping : UntypedActor
    {
        private readonly IActorRef _child;

        public Stopping(Props child) => _child = Context.ActorOf(child);

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

        protected override void OnReceive(object message) => _child.Forward(message);
    }
}
