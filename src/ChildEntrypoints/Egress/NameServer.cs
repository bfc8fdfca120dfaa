using System.Net;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>
/// Answers name queries without asking any name server: a name that may be reached gets an address of ours, all others are refused.
/// So a name carries nothing out of the sandbox, whatever is written in it.
/// </summary>
internal sealed class NameServer(EgressDesk desk, SyntheticNames names, bool namesAtOnce)
{
    private const int MostWaiting = 256;
    private const int MostRefused = 1024;

    // Names that the parent has refused, so that a flood of queries is not one of questions.
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Action<bool>>> _waiting = new(StringComparer.Ordinal);
    private int _waiters;

    /// <summary>Answers a query, now or when the parent has decided.</summary>
    /// <param name="data">The query.</param>
    /// <param name="reply">Called at most once, with the answer.</param>
    internal void Ask(ReadOnlySpan<byte> data, Action<byte[]> reply)
    {
        if (NameMessage.TryRead(data, out var error) is not { } query)
        {
            if (error.Length > 0)
                reply(error);
            return;
        }
        var name = query.Name;
        if (name is "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal))
            reply(query.Answer(query.Type == NameMessage.Address4 ? IPAddress.Loopback : null));
        else if (name.Length == 0 || name.EndsWith(".arpa", StringComparison.Ordinal) || _refused.Contains(name))
            reply(query.Refusal());
        else if (namesAtOnce || names.Knows(name))
            Answer(query, granted: true, reply);
        else if (_waiters < MostWaiting)
            AskParent(name, granted => Answer(query, granted, reply));
    }

    private void Answer(NameMessage query, bool granted, Action<byte[]> reply) =>
        reply(!granted || names.AddressOf(query.Name) is not { } address ? query.Refusal() : query.Answer(query.Type == NameMessage.Address4 ? address : null));

    private void AskParent(string name, Action<bool> decided)
    {
        _waiters++;
        if (_waiting.TryGetValue(name, out var others))
        {
            others.Add(decided);
            return;
        }
        _waiting.Add(name, [decided]);
        desk.Ask(new EgressConnect(EgressKind.Name, name, 0, ""), new Decision(this, name));
    }

    private void OnDecided(string name, bool granted)
    {
        if (!_waiting.Remove(name, out var waiters))
            return;
        _waiters -= waiters.Count;
        if (!granted)
        {
            if (_refused.Count == MostRefused)
                _refused.Clear();
            _refused.Add(name);
        }
        foreach (var decided in waiters)
            decided(granted);
    }

    private sealed class Decision(NameServer server, string name) : IEgressAsker
    {
        public void OnConnected(SafeDescriptor? socket)
        {
            socket?.Dispose();
            server.OnDecided(name, granted: true);
        }

        public void OnRefused(in EgressRefused refused) => server.OnDecided(name, granted: false);
    }
}

/// <summary>Name queries as datagrams.</summary>
internal sealed class NameDatagrams : IEgressSource
{
    private const int MostAtOnce = 32;
    private const int MostQuery = 1232;

    private readonly NameServer _server;

    internal NameDatagrams(EgressSources sources, SafeDescriptor socket, NameServer server)
    {
        _server = server;
        sources.Add(socket, this).Interest = Readiness.Readable;
    }

    public void OnReady(EgressWatch watch, Readiness readiness)
    {
        Span<byte> query = stackalloc byte[MostQuery];
        Span<byte> sender = stackalloc byte[InternetSocket.AddressBytes];
        for (var i = 0; i < MostAtOnce; i++)
        {
            var result = InternetSocket.ReceiveDatagram(watch.Descriptor, query, sender, out var length);
            if (result.Status != SocketStatus.Ok)
                return;
            var receiver = sender[..length].ToArray();
            _server.Ask(query[..result.Bytes], answer => InternetSocket.SendDatagram(watch.Descriptor, answer, receiver));
        }
    }
}
