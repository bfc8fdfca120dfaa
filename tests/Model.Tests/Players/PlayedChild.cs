using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ModelTests.Players;

/// <summary>
/// A child as its parent sees it: a process that exits once, and a channel. The schedule decides what it does and when; while the run
/// is calm it behaves like an honest child.
/// </summary>
internal abstract class PlayedChild(World world, string role, int number, InMemoryChannel channel) : IChildProcessHandle, IFrameHandler
{
    private readonly TaskCompletionSource<ChildExit> _exited = new();
    private readonly HashSet<ulong> _ids = [];
    private bool _dying;
    private bool _argsSeen;

    internal static PlayedChild Create(World world, string role, int number, InMemoryChannel channel) => role switch
    {
        NetworkContract.Name => new PlayedNetwork(world, role, number, channel),
        ImageDecoderContract.Name => new PlayedDecoder(world, role, number, channel),
        RendererContract.Name => new PlayedRenderer(world, role, number, channel),
        _ => new PlayedEcho(world, role, number, channel),
    };

    public int Id { get; } = 1000 + number;

    public Task<ChildExit> Exited => _exited.Task;

    internal string Role { get; } = role;

    internal string Name { get; } = $"{role} {number}";

    internal bool IsAlive { get; private set; } = true;

    /// <summary>Whether it has received its arguments and is not about to exit.</summary>
    internal bool IsAtWork { get; private set; }

    protected World World { get; } = world;

    protected Schedule Schedule => World.Schedule;

    public void Kill()
    {
        if (_dying || !IsAlive)
            return;
        _dying = true;
        Do("dies", () => Die(null, 9));
    }

    /// <summary>Ends by itself: the channel's end and the exit are seen in any order.</summary>
    internal void Die(int? code, int? signal)
    {
        if (!IsAlive)
            return;
        (IsAlive, IsAtWork) = (false, false);
        Schedule.Add($"{Name} closes", channel.Dispose);
        Schedule.Add($"{Name} is reaped", () => _exited.SetResult(new ChildExit(code, signal, false, [], default, default)));
    }

    internal void Begin() => Do("says Hello", () =>
    {
        if (World.IsCalm || !Schedule.Chance(8))
            Send(0, new Hello(WireProtocol.Version, WireProtocol.BuildId, Role, Id, []));
        else if (Schedule.Chance(50))
            Die(1, null);
        // Otherwise it sends nothing, and the timeout ends it.
    });

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (!IsAlive)
            return null;
        switch (frame.Type)
        {
            case MessageType.ChildArgs when !_argsSeen:
                _argsSeen = true;
                Do("is ready", () =>
                {
                    IsAtWork = true;
                    Send(0, default(Ready));
                });
                break;
            case MessageType.Ping:
                var id = frame.CorrelationId;
                Do("answers a ping", () => Send(id, new Pong(0)));
                break;
            case MessageType.Shutdown:
                if (World.IsCalm || !Schedule.Chance(10))
                    Do("exits as asked", () => Die(0, null));
                break;
            default:
                OnWork(frame);
                break;
        }
        return null;
    }

    public void OnBatchEnd()
    {
    }

    public void OnClosed(ChannelClosed closed)
    {
        if (closed.Violation is { } violation)
            World.Fail($"{Name}: the parent broke the protocol: {violation.Message}");
        // When its channel ends, it must exit.
        if (!_dying && IsAlive)
            Do("exits with its channel", () => Die(0, null));
    }

    /// <summary>Handles a frame about work.</summary>
    protected abstract void OnWork(in Frame frame);

    /// <summary>An unfinished piece of work; null for none.</summary>
    internal abstract string? Unfinished { get; }

    /// <summary>Records a new id: none may repeat within this child's life.</summary>
    protected void Open(ulong id, string what)
    {
        if (!_ids.Add(id))
            World.Fail($"{Name}: id {id} was used twice, now for {what}");
    }

    protected bool WasOpened(ulong id) => _ids.Contains(id);

    /// <summary>Does something later, if it is still alive.</summary>
    protected void Do(string what, Action action, double weight = 1) => Schedule.Add($"{Name} {what}", () =>
    {
        if (IsAlive)
            action();
    }, weight);

    protected void Send<T>(ulong id, T message) where T : IWireMessage<T>
    {
        channel.Write(id, message);
        channel.Flush();
    }
}

/// <summary>An embedder's role that echoes its messages.</summary>
internal sealed class PlayedEcho(World world, string role, int number, InMemoryChannel channel) : PlayedChild(world, role, number, channel)
{
    internal override string? Unfinished => null;

    protected override void OnWork(in Frame frame)
    {
        frame.TryRead<RoleMessage>(out var message);
        var (id, kind, payload) = (frame.CorrelationId, message.Kind, message.Payload.ToArray());
        Open(id, $"message {kind}");
        Do($"answers {kind}", () => Send(id, new RoleMessage(kind, payload)));
    }
}
