using System.Buffers;
using UtfUnknown;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Guesses the encoding of a page that declares none, from how often bytes occur and follow each other.</summary>
internal static class EncodingDetector
{
    /// <summary>Fewer bytes beyond ASCII say too little.</summary>
    private const int FewestBytes = 8;

    private const int Sample = 128 << 10;

    private const float LeastConfidence = 0.6f;

    private static readonly SearchValues<byte> s_ascii = SearchValues.Create([.. Enumerable.Range(0, 128).Select(static i => (byte)i)]);

    /// <summary>The encoding; null if the bytes do not tell.</summary>
    internal static PageEncoding? Detect(ReadOnlySpan<byte> bytes)
    {
        var first = bytes.IndexOfAnyExcept(s_ascii);
        if (first < 0)
            return null;
        // From the first of them on: a page may begin with much ASCII.
        var sample = bytes[first..Math.Min(bytes.Length, first + Sample)];
        var beyond = 0;
        foreach (var b in sample)
            beyond += b >= 128 ? 1 : 0;
        if (beyond < FewestBytes)
            return null;
        if (CharsetDetector.DetectFromBytes(sample).Detected is not { EncodingName: { } name, Confidence: >= LeastConfidence })
            return null;
        // A page must not be made to run as another by escapes in ASCII, or by 16 bits a character.
        return PageEncoding.ByLabel(name == "cp949" ? "euc-kr" : name) is { Name: not ("replacement" or "iso-2022-jp" or "utf-16le" or "utf-16be" or "x-user-defined") } encoding ? encoding : null;
    }
}
