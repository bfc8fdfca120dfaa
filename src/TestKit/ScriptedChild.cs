using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.TestKit;

/// <summary>One child that a <see cref="ScriptedChildren"/> plays. Thread-safe.</summary>
public sealed class ScriptedChild : IChildProcessHandle, IFrameHandler
{
    // Above Linux's highest pid, so that a log line about this child cannot be mistaken for one about a real process.
    internal const int FirstId = 5_000_000;

    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ChildScript _script;
    private readonly InMemoryChannel _channel;
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private readonly List<RoleMessage> _received = [];
    private readonly Lock _lock = new();
    private RoleHost? _host;
    private int _answers;
    private int _requests;

    internal ScriptedChild(string role, int id, ChildScript script, InMemoryChannel channel) => (Role, Id, _script, _channel) = (role, id, script, channel);

    /// <summary>The child's role.</summary>
    public string Role { get; }

    /// <summary>The child's number, which stands for a pid.</summary>
    public int Id { get; }

    /// <summary>Whether the child has not ended.</summary>
    public bool IsAlive => !_exited.Task.IsCompleted;

    /// <summary>The messages that the child has received, in order; payloads are copies.</summary>
    public IReadOnlyList<RoleMessage> Received
    {
        get
        {
            lock (_lock)
                return [.. _received];
        }
    }

    Task<ChildExit> IChildProcessHandle.Exited => _exited.Task;

    /// <summary>Ends the child as if it had exited by itself.</summary>
    /// <param name="code">0 to 255.</param>
    /// <param name="stderr">The last lines that the child wrote to stderr.</param>
    public void Exit(int code, params string[] stderr) => End(code, null, stderr);

    /// <summary>Ends the child as if a signal had killed it.</summary>
    /// <param name="signal">1 to 64.</param>
    /// <param name="stderr">The last lines that the child wrote to stderr.</param>
    public void Die(int signal, params string[] stderr) => End(null, signal, stderr);

    /// <summary>Sends bytes that need not be a frame, as a hostile child might.</summary>
    /// <param name="bytes">Any bytes.</param>
    public void SendGarbage(ReadOnlySpan<byte> bytes) => _channel.SendRaw(bytes);

    void IChildProcessHandle.Kill() => End(null, 9, []);

    ProtocolViolation? IFrameHandler.OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.ChildArgs when _script.BecomesReady:
                if (_script.Role is { } role && frame.TryRead<ChildArgs>(out var args) is null)
                    _host = new RoleHost(role, _channel, args.RoleArgs, new ChildTraces(Role));
                Send(0, default(Ready));
                break;
            case MessageType.Ping when _script.AnswersPings && frame.TryRead<Ping>(out var ping) is null:
                Send(frame.CorrelationId, new Pong(ping.Timestamp));
                break;
            case MessageType.RoleMessage when frame.TryRead<RoleMessage>(out var message) is null:
                _ = AnswerAsync(frame.CorrelationId, message with { Payload = message.Payload.ToArray() });
                break;
            case MessageType.Shutdown when _script.ObeysShutdown:
                End(0, null, []);
                break;
            case MessageType.RoleRequest when Interlocked.Increment(ref _requests) == _script.DiesBefore:
                End(null, 9, []);
                break;
            case MessageType.RoleRequest or MessageType.FetchBodyChunk or MessageType.Credit or MessageType.CancelWork when IsAlive:
                return _host?.OnFrame(frame);
            default:
                break;
        }
        return null;
    }

    void IFrameHandler.OnBatchEnd()
    {
    }

    // The definition that plays has other messages than the browser's, or its constructor threw.
    void IFrameHandler.OnClosed(ChannelClosed closed) => End(ChildExitNumbers.Failed, null, [ChildExitNumbers.FailureOf(closed.Error)]);

    internal void Begin()
    {
        _channel.Start(this);
        Send(0, new Hello(WireProtocol.Version, WireProtocol.BuildId, Role, Id, []));
    }

    private async Task AnswerAsync(ulong id, RoleMessage message)
    {
        int number;
        lock (_lock)
        {
            _received.Add(message);
            number = _received.Count;
        }
        if (number == _script.DiesBefore)
            End(null, 9, []);
        if (!IsAlive || _script.OnMessage is not { } onMessage)
            return;
        try
        {
            if (await onMessage(message).ConfigureAwait(false) is not { } answer || !IsAlive)
                return;
            Send(id, answer);
            if (Interlocked.Increment(ref _answers) == _script.DiesAfter)
                End(null, 9, []);
        }
        catch (Exception e)
        {
            // An exception from the test's code counts as the child's crash.
            End(ChildExitNumbers.Failed, null, [$"{e.GetType().FullName}: {e.Message}"]);
        }
    }

    private void End(int? code, int? signal, string[] stderr)
    {
        if (_exited.TrySetResult(new ChildExit(code, signal, false, stderr, _start, DateTimeOffset.UtcNow)))
            _channel.Dispose();
    }

    private void Send<T>(ulong id, T message) where T : IWireMessage<T>
    {
        if (_channel.Write(id, message) == WriteOutcome.TooLarge)
            throw new ArgumentException("The answer is longer than actorbrowser.channel.max-frame allows; send a shorter one.");
        _channel.Flush();
    }
}
