using System.Collections.Concurrent;
using System.Net;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.EgressTests;

/// <summary>Base: a browser with real runners and egress children; the test plays the name servers.</summary>
public abstract class EgressSpecs : TestKit
{
    private const string Overrides = """
        akka.loglevel = WARNING
        akka.log-dead-letters = off
        actorbrowser.commands.grace = 300ms
        actorbrowser.permissions.audit-file = ""
        """;

    protected EgressSpecs(string more = "") : base($"{more}\n{Overrides}\nactorbrowser.child.executable = \"{TestChildProgram.Path}\"")
    {
        Names = new PlayedNames(ProcessChildLauncher.Instance);
        Browser = Sys.StartActorBrowser(new ActorBrowserOptions { Launcher = Names });
    }

    protected IActorRef Browser { get; }

    /// <summary>The names that resolve.</summary>
    internal PlayedNames Names { get; }

    protected static Spawn Networked(string line, params string[] rules) => Spawn.Shell(line) with { Profile = "command-networked", Egress = rules };

    protected async Task<CommandSnapshot> RunAsync(Spawn spawn)
    {
        var spawned = await StartAsync(spawn);
        return (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long * 4)).Snapshot;
    }

    protected async Task<Spawned> StartAsync(Spawn spawn) => await Browser.Ask<IEvent>(spawn, Deadline.Long) switch
    {
        Spawned spawned => spawned,
        var other => throw new InvalidOperationException($"{other}"),
    };

    protected Task<CommandSnapshot> RunAsync(string line, params string[] rules) => RunAsync(Networked(line, rules));

    /// <summary>Runs a line that must succeed, and returns its output.</summary>
    protected async Task<string> OutputOfAsync(string line, params string[] rules)
    {
        var run = await RunAsync(line, rules);
        Assert.True(run.Exit!.ExitCode == 0, $"{run.Output}\n{run.Error}\n{run.Exit.Blocked}");
        return run.Output.ToString();
    }

    /// <summary>Launches real children, but plays the resolver.</summary>
    internal sealed class PlayedNames(IChildLauncher real) : IChildLauncher
    {
        private readonly ConcurrentDictionary<string, Queue<string[]>> _answers = new();

        /// <summary>The names that were asked for, in order.</summary>
        internal ConcurrentQueue<string> Asked { get; } = new();

        /// <summary>The real children that were launched, with their roles.</summary>
        internal ConcurrentQueue<(string Role, LaunchedChild Child)> Launched { get; } = new();

        /// <summary>Whether no question is answered.</summary>
        internal bool IsSilent { get; set; }

        /// <summary>Whether the real resolver is used.</summary>
        internal bool IsReal { get; set; }

        /// <summary>What a name resolves to: each answer once, the last for ever.</summary>
        internal void Set(string name, params string[][] answers) => _answers[name] = new Queue<string[]>(answers);

        public async Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
        {
            if (IsReal || role != ResolverContract.Name)
            {
                var launched = await real.LaunchAsync(role, policy, settings, log, cancellation);
                Launched.Enqueue((role, launched));
                return launched;
            }
            var (parent, child) = InMemoryChannel.CreatePair(settings.Channel);
            return new LaunchedChild(new PlayedResolver(this, child), parent);
        }

        private NameResolved? Answer(string name)
        {
            Asked.Enqueue(name);
            if (IsSilent)
                return null;
            if (!_answers.TryGetValue(name, out var answers))
                return new NameResolved([], "Name or service not known");
            lock (answers)
                return new NameResolved([.. (answers.Count > 1 ? answers.Dequeue() : answers.Peek()).Select(IPAddress.Parse)], "");
        }

        private sealed class PlayedResolver : IChildProcessHandle, IFrameHandler
        {
            private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
            private readonly PlayedNames _names;
            private readonly InMemoryChannel _channel;

            internal PlayedResolver(PlayedNames names, InMemoryChannel channel)
            {
                (_names, _channel) = (names, channel);
                channel.Start(this);
                Send(0, Hello.Of(ResolverContract.Name, Id));
            }

            public int Id => 5_000_001;

            public Task<ChildExit> Exited => _exited.Task;

            public void Kill()
            {
                if (_exited.TrySetResult(new ChildExit(null, 9, false, [], DateTimeOffset.UtcNow, DateTimeOffset.UtcNow)))
                    _channel.Dispose();
            }

            public ProtocolViolation? OnFrame(in Frame frame)
            {
                if (frame.Type == MessageType.ChildArgs)
                    Send(0, default(Ready));
                else if (frame.TryRead<Transport.Ping>(out var ping) is null && frame.Type == MessageType.Ping)
                    Send(frame.CorrelationId, new Pong(ping.Timestamp));
                else if (frame.Type == MessageType.ResolveName && frame.TryRead<ResolveName>(out var name) is null && _names.Answer(name.Host) is { } answer)
                    Send(frame.CorrelationId, answer);
                return null;
            }

            public void OnBatchEnd()
            {
            }

            public void OnClosed(ChannelClosed closed) => Kill();

            private void Send<T>(ulong id, T message) where T : IWireMessage<T>
            {
                _channel.Write(id, message);
                _channel.Flush();
            }
        }
    }
}
