namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>
/// Passes on exactly the body of one HTTP request. What a program sends after it would be another request, for which nothing was
/// granted.
/// </summary>
/// <param name="length">The body's length in bytes; −1 if it comes in chunks.</param>
internal sealed class RequestBodyFilter(long length) : IFlowFilter
{
    private const int MostTrailers = 8 << 10;
    private const int MostSizeLine = 256;

    private readonly bool _chunked = length < 0;
    private long _left = Math.Max(length, 0);
    private Part _part = Part.Size;
    private int _digits;
    private int _line;
    private int _trailers;

    private enum Part
    {
        Size,
        Extension,
        SizeEnd,
        Data,
        DataEnd,
        DataEndFeed,
        Trailer,
        TrailerFeed,
    }

    public FilterVerdict Look(ReadOnlySpan<byte> data, out int pass)
    {
        if (!_chunked)
        {
            pass = (int)Math.Min(_left, data.Length);
            _left -= pass;
            return _left == 0 ? FilterVerdict.Stop : FilterVerdict.Pass;
        }
        for (pass = 0; pass < data.Length;)
        {
            if (_part == Part.Data)
            {
                var step = (int)Math.Min(_left, data.Length - pass);
                (pass, _left) = (pass + step, _left - step);
                if (_left == 0)
                    _part = Part.DataEnd;
                continue;
            }
            if (Step(data[pass++]) is { } verdict)
                return verdict;
        }
        return FilterVerdict.Pass;
    }

    // Only CR LF ends a line: a server that also took LF alone would see other chunks than this does.
    private FilterVerdict? Step(byte next)
    {
        switch (_part)
        {
            case Part.Size when char.IsAsciiHexDigit((char)next) && _digits < 15:
                _left = (_left << 4) + Convert.ToInt32(((char)next).ToString(), 16);
                _digits++;
                return null;
            case Part.Size when _digits > 0 && next is (byte)';' or (byte)' ' or (byte)'\t':
                _part = Part.Extension;
                return null;
            case Part.Size or Part.Extension when _digits > 0 && next == '\r':
                _part = Part.SizeEnd;
                return null;
            case Part.Extension when next is not (byte)'\n' && ++_line < MostSizeLine:
                return null;
            case Part.SizeEnd when next == '\n':
                _part = _left == 0 ? Part.Trailer : Part.Data;
                (_digits, _line) = (0, 0);
                return null;
            case Part.DataEnd when next == '\r':
                _part = Part.DataEndFeed;
                return null;
            case Part.DataEndFeed when next == '\n':
                _part = Part.Size;
                return null;
            case Part.Trailer when next == '\r':
                _part = Part.TrailerFeed;
                return null;
            case Part.Trailer when next is not (byte)'\n' && ++_trailers < MostTrailers:
                _line++;
                return null;
            case Part.TrailerFeed when next == '\n':
                if (_line == 0)
                    return FilterVerdict.Stop;
                (_part, _line) = (Part.Trailer, 0);
                return null;
            default:
                return FilterVerdict.Refuse;
        }
    }
}
