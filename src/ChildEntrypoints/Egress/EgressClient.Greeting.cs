using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <content>What a program says first.</content>
internal sealed partial class EgressClient
{
    private void Understand()
    {
        if (_head.Length == 0)
            return;
        if (_direct is null && _head.Bytes[0] == SocksRequest.Version)
            UnderstandSocks();
        else
            UnderstandHttp();
    }

    private void UnderstandHttp()
    {
        var end = ProxyRequest.EndOf(_head.Bytes);
        if ((end < 0 ? _head.Length : end) > ProxyRequest.MostHead)
        {
            AnswerAndDrain(HttpAnswers.TooLarge());
            return;
        }
        // Anything but a method's letters is another protocol, which would be waited for in vain.
        if (!char.IsAsciiLetter((char)_head.Bytes[0]))
            AnswerAndDrain(HttpAnswers.BadRequest(_direct is null ? "The proxy speaks HTTP and SOCKS5." : "Only HTTP is passed on to port 80."));
        if (end < 0 || _state != State.Greeting)
            return;
        if (ProxyRequest.TryRead(_head.Bytes[..end], _direct?.Host, out var request) is { } problem)
            AnswerAndDrain(HttpAnswers.BadRequest(problem));
        else
            Begin(request, end);
    }

    private void Begin(ProxyRequest request, int end)
    {
        _request = request;
        _head.Remove(end);
        if (_direct is { } direct && request.HostBeside(direct.Host) is { } named)
        {
            Report(new EgressMisuse(direct.Host, direct.Port, named[..Math.Min(named.Length, EgressConnect.MostHost)]), HttpAnswers.Forbidden(HttpAnswers.ForAnother(direct.Host, named)));
            return;
        }
        Ask(request.IsTunnel ? EgressKind.Connect : EgressKind.Http, request.Host, request.Port, request.IsTunnel ? "" : request.Method);
    }

    private void UnderstandSocks()
    {
        _kind = EgressKind.Socks;
        if (!_socksGreeted)
        {
            var read = SocksRequest.ReadMethods(_head.Bytes, out var acceptable);
            if (read == 0)
                return;
            _head.Remove(read);
            _socksGreeted = true;
            if (!acceptable)
            {
                AnswerAndDrain([SocksRequest.Version, 0xff]);
                return;
            }
            InternetSocket.Send(_program.Descriptor, [SocksRequest.Version, 0]);
        }
        var length = SocksRequest.ReadRequest(_head.Bytes, out var host, out var port, out var error);
        if (length == 0)
            return;
        _head.Remove(length);
        if (error != 0)
            AnswerAndDrain(SocksRequest.Answer(error));
        else
            Ask(EgressKind.Socks, host, port, "");
    }
}
