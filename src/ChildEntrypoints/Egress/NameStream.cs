using System.Buffers.Binary;
using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>Name queries over TCP: each, and each answer, after its length.</summary>
internal sealed class NameStream : IEgressSource
{
    private const int MostQuery = 4096;

    private readonly EgressClients _clients;
    private readonly NameServer _server;
    private readonly EgressWatch _program;
    private byte[] _data = [];
    private bool _closed;

    internal NameStream(EgressClients clients, SafeDescriptor program, NameServer server)
    {
        (_clients, _server) = (clients, server);
        _program = clients.Sources.Add(program, this);
        _program.Interest = Readiness.Readable;
        Deadline = Environment.TickCount64 + (long)clients.Args.RequestTimeout.TotalMilliseconds;
    }

    /// <summary>When it is closed, in milliseconds of the system's clock.</summary>
    internal long Deadline { get; }

    public void OnReady(EgressWatch watch, Readiness readiness)
    {
        var result = InternetSocket.Receive(_program.Descriptor, _clients.Sources.Scratch);
        if (result.Status is SocketStatus.Closed or SocketStatus.Failed)
        {
            Close();
            return;
        }
        _data = [.. _data, .. _clients.Sources.Scratch.AsSpan(0, result.Bytes)];
        while (!_closed && _data.Length >= 2)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(_data);
            if (length > MostQuery)
            {
                Close();
                return;
            }
            if (_data.Length < 2 + length)
                return;
            var query = _data[2..(2 + length)];
            _data = _data[(2 + length)..];
            _server.Ask(query, Answer);
        }
    }

    internal void Close()
    {
        if (_closed)
            return;
        _closed = true;
        _program.Close();
        _clients.OnClosed(this);
    }

    // An answer that does not fit is that of a program that does not read its answers.
    private void Answer(byte[] answer)
    {
        if (_closed)
            return;
        var data = new byte[2 + answer.Length];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)answer.Length);
        answer.CopyTo(data, 2);
        if (InternetSocket.Send(_program.Descriptor, data).Bytes != data.Length)
            Close();
    }
}
