using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ActorsTests;

/// <summary>Children that consist of one end of an in-memory channel and a task: a test plays the child.</summary>
internal sealed class FakeLauncher : IChildLauncher
{
    private readonly System.Threading.Channels.Channel<FakeChild> _launched = System.Threading.Channels.Channel.CreateUnbounded<FakeChild>();

    internal Func<Exception?> Failure { get; set; } = static () => null;

    internal TaskCompletionSource? Hold { get; set; }

    internal int Launches { get; private set; }

    public async Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
    {
        Launches++;
        if (Hold is { } hold)
            await hold.Task;
        if (Failure() is { } failure)
            throw failure;
        var (parentEnd, childEnd) = InMemoryChannel.CreatePair(settings.Channel);
        var child = new FakeChild(role, 1000 + Launches, childEnd) { Log = log };
        await _launched.Writer.WriteAsync(child, CancellationToken.None);
        return new LaunchedChild(child, parentEnd);
    }

    internal async Task<FakeChild> NextAsync() => await _launched.Reader.ReadAsync().AsTask().Soon();
}

/// <summary>One child played by a test.</summary>
internal sealed class FakeChild : IChildProcessHandle, IFrameHandler
{
    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly System.Threading.Channels.Channel<(MessageType Type, ulong Id, byte[] Body)> _received = System.Threading.Channels.Channel.CreateUnbounded<(MessageType, ulong, byte[])>();
    private readonly string _role;

    internal FakeChild(string role, int id, InMemoryChannel channel)
    {
        _role = role;
        Id = id;
        Channel = channel;
        channel.Start(this);
    }

    public int Id { get; }

    public Task<ChildExit> Exited => _exited.Task;

    internal InMemoryChannel Channel { get; }

    internal string Role => _role;

    /// <summary>Takes the lines that the child writes.</summary>
    internal IChildLogSink? Log { get; init; }

    internal int Kills { get; private set; }

    internal bool DiesWhenKilled { get; set; } = true;

    internal Func<string?> Limit { get; set; } = static () => null;

    public string? LimitReached() => Limit();

    public void Kill()
    {
        Kills++;
        if (DiesWhenKilled)
            Exit(null, 9);
    }

    internal void Exit(int? code, int? signal = null, params string[] lines) =>
        _exited.TrySetResult(new ChildExit(code, signal, false, lines, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow));

    internal void SayHello(int? version = null, Guid? build = null, string? role = null, int? pid = null) =>
        Send(0, new Hello(version ?? WireProtocol.Version, build ?? WireProtocol.BuildId, role ?? _role, pid ?? Id, [new LayerReport("fake", true, "")]));

    /// <summary>The descriptor sent with ChildArgs.</summary>
    internal Interop.SafeDescriptor? Shared { get; private set; }

    internal async Task BecomeReadyAsync()
    {
        SayHello();
        Assert.Equal(MessageType.ChildArgs, (await NextAsync()).Type);
        Send(0, default(Ready));
    }

    internal void Send<T>(ulong id, T message) where T : IWireMessage<T>
    {
        Channel.Write(id, message);
        Channel.Flush();
    }

    /// <summary>The next frame other than a heartbeat.</summary>
    internal async Task<(MessageType Type, ulong Id, byte[] Body)> NextAsync()
    {
        while (true)
        {
            var frame = await _received.Reader.ReadAsync().AsTask().Soon();
            if (!IsHeartbeat(frame))
                return frame;
        }
    }

    internal async Task NextHeartbeatAsync()
    {
        while (!IsHeartbeat(await _received.Reader.ReadAsync().AsTask().Soon()))
        {
        }
    }

    internal bool HasHeartbeat() => _received.Reader.TryRead(out var frame) && IsHeartbeat(frame);

    private static bool IsHeartbeat((MessageType, ulong, byte[]) frame) => frame is (MessageType.Ping, 0, _);

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (frame.TakeDescriptors() is [var shared])
            Shared = shared;
        _received.Writer.TryWrite((frame.Type, frame.CorrelationId, frame.Body.ToArray()));
        return null;
    }

    public void OnBatchEnd()
    {
    }

    public void OnClosed(ChannelClosed closed) => _received.Writer.TryComplete();
}
