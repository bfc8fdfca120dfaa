using System.Diagnostics;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>The span of one hop of a fetch, with those of its connection if it was opened for it.</summary>
/// <param name="trace">The fetch's trace.</param>
internal readonly struct HopTrace(ChildTrace trace)
{
    private readonly int _hop = trace.Begin("request");
    private readonly long _from = Stopwatch.GetTimestamp();

    /// <summary>The server has answered.</summary>
    /// <param name="url">The hop's URL, without credentials.</param>
    /// <param name="status">The status.</param>
    /// <param name="connection">What carried it, if known.</param>
    /// <param name="opened">Whether it was opened for this hop.</param>
    internal void End(string url, int status, TransportConnection? connection, bool opened)
    {
        var asked = _from;
        if (opened && connection is not null)
        {
            var connecting = connection.ConnectedAt - Ticks(connection.Connect);
            if (connection.NameLookup > TimeSpan.Zero)
                trace.Add("name lookup", _hop, connecting - Ticks(connection.NameLookup), connection.NameLookup);
            trace.Add("connect", _hop, connecting, connection.Connect);
            if (connection.Tls > TimeSpan.Zero)
                trace.Add("tls", _hop, connection.ConnectedAt, connection.Tls);
            asked = Math.Max(asked, connection.ConnectedAt + Ticks(connection.Tls));
        }
        trace.Add("first byte", _hop, asked, Stopwatch.GetElapsedTime(asked));
        if (connection is { RemoteText.Length: > 0 })
            trace.End(_hop, SpanAttribute.Of("url.full", url), SpanAttribute.Of("http.response.status_code", status), SpanAttribute.Of("network.peer.address", connection.Remote.Address.ToString()), SpanAttribute.Of("network.peer.port", connection.Remote.Port));
        else
            trace.End(_hop, SpanAttribute.Of("url.full", url), SpanAttribute.Of("http.response.status_code", status));
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
