using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>One hop's HTTP request, which knows its sender.</summary>
internal sealed class FetchMessage(RequestSender sender, HttpMethod method, WebUrl url) : HttpRequestMessage(method, FetchUrl.ForHttp(url))
{
    private bool _sending;

    /// <summary>Sends the message for a fetch.</summary>
    internal RequestSender Sender { get; } = sender;

    /// <summary>Scheme, host and port.</summary>
    internal string Origin { get; } = url.Origin;

    /// <summary>The connection that is being opened because of this message, if any.</summary>
    internal ConnectAttempt? Opening { get; set; }

    /// <summary>The head is being written to a connection; called more than once.</summary>
    internal void OnSending()
    {
        if (_sending)
            return;
        _sending = true;
        (Content as HeadersOnlyContent)?.HideLength();
        if (Content is null or HeadersOnlyContent)
            Sender.OnRequestSent();
    }
}
