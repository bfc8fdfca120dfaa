using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// The network as the parent grants it: names are resolved and connections made by the parent, which sends connected sockets. This
/// process can make none.
/// </summary>
/// <param name="context">Sends the questions.</param>
internal sealed class ParentNetwork(ChildContext context) : INameResolver, IDialer
{
    // No fetch has an id of these.
    private const ulong FirstId = 1UL << 62;

    private readonly ConcurrentDictionary<ulong, Question> _open = new();
    private readonly Lock _lock = new();
    private ulong _lastId = FirstId;

    /// <inheritdoc/>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        (IPAddress[])await AskAsync(host, new ResolveName(host), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken) =>
        (Socket)await AskAsync("", new NetworkConnect(address, port), cancellationToken).ConfigureAwait(false);

    /// <summary>Takes an answer; false for a frame that is none. The answer to a question that was given up is dropped.</summary>
    internal bool TryTake(in Frame frame, out ProtocolViolation? violation)
    {
        violation = null;
        switch (frame.Type)
        {
            case MessageType.NameResolved:
                violation = frame.TryRead<NameResolved>(out var resolved);
                if (violation is null && _open.TryRemove(frame.CorrelationId, out var named))
                    named.OnResolved(resolved);
                return true;
            case MessageType.EgressConnected:
                violation = frame.TryRead<EgressConnected>(out _);
                if (violation is null && _open.TryRemove(frame.CorrelationId, out var connecting))
                    connecting.OnConnected(frame.TakeDescriptors()[0]);
                return true;
            case MessageType.EgressRefused:
                violation = frame.TryRead<EgressRefused>(out var refused);
                if (violation is null && _open.TryRemove(frame.CorrelationId, out var failed))
                    failed.OnRefused(refused);
                return true;
            default:
                return false;
        }
    }

    private async Task<object> AskAsync<T>(string host, T message, CancellationToken cancellationToken) where T : struct, IWireMessage<T>
    {
        cancellationToken.ThrowIfCancellationRequested();
        var question = new Question(host);
        ulong id;
        // The parent takes ids in their order only.
        lock (_lock)
        {
            id = ++_lastId;
            _open[id] = question;
            context.Write(id, message);
        }
        context.Flush();
        using var registration = cancellationToken.UnsafeRegister(_ => Abandon(id, cancellationToken), null);
        return await question.Answer.ConfigureAwait(false);
    }

    private void Abandon(ulong id, CancellationToken cancellationToken)
    {
        if (!_open.TryRemove(id, out var question))
            return;
        question.Cancel(cancellationToken);
        context.Write(id, default(EgressAbandon));
        context.RequestFlush();
    }

    private sealed class Question(string host)
    {
        private readonly TaskCompletionSource<object> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<object> Answer => _answer.Task;

        internal void OnResolved(in NameResolved resolved)
        {
            if (resolved.Addresses.Count > 0)
                _answer.SetResult(resolved.Addresses.ToArray());
            else
                _answer.SetException(new FetchFailedException(FetchErrorKind.Dns, $"The host name '{FetchUrl.Show(host)}' could not be resolved: {resolved.Problem}."));
        }

        internal void OnConnected(SafeDescriptor socket) => _answer.SetResult(GivenSocket.Adopt(socket));

        internal void OnRefused(in EgressRefused refused) => _answer.SetException(
            host.Length > 0 ? new FetchFailedException(FetchErrorKind.Blocked, refused.Sentence)
            : refused.Failure switch
            {
                EgressFailure.Denied => new ConnectionDeniedException(refused.Sentence),
                EgressFailure.Refused => new SocketException((int)SocketError.ConnectionRefused),
                EgressFailure.TimedOut => new SocketException((int)SocketError.TimedOut),
                EgressFailure.NoRoute => new SocketException((int)SocketError.NetworkUnreachable),
                _ => new SocketException((int)SocketError.HostUnreachable),
            });

        internal void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);
    }
}
