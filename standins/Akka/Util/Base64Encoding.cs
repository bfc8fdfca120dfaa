using System;

namespace Akka.Util;

/// <summary>The short names of actors that were given none: six bits a character, least significant first.</summary>
internal static class Base64Encoding
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    public static string Base64Encode(this long value) => Base64Encode(value, "");

    internal static string Base64Encode(this long value, string prefix)
    {
        Span<char> digits = stackalloc char[11];
        var rest = (ulong)value;
        var count = 0;
        do
        {
            digits[count++] = Alphabet[(int)(rest & 63)];
            rest >>= 6;
        }
        while (rest != 0);
        return string.Concat(prefix, digits[..count]);
    }

    public static string Base64Encode(this string s) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(s));
}
