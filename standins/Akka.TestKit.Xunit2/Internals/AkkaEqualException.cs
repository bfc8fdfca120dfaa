using System;
using System.Runtime.Serialization;
using Xunit.Sdk;

namespace Akka.TestKit.Xunit2.Internals;

#nullable enable

/// <summary>Two values that should be equal are not.</summary>
public class AkkaEqualException : XunitException
{
    private readonly string _format;
    private readonly object[] _args;

    public AkkaEqualException(string format = "", params object[] args)
        : base(null)
    {
        _format = format;
        _args = args;
    }

#pragma warning disable SYSLIB0051 // The real type has it.
    protected AkkaEqualException(SerializationInfo info, StreamingContext context)
        : this()
    {
    }
#pragma warning restore SYSLIB0051

    public override string Message
    {
        get
        {
            if (string.IsNullOrEmpty(_format))
            {
                return base.Message;
            }

            try
            {
                return string.Format(_format, _args);
            }
            catch (FormatException)
            {
                return $"[Could not string.Format(\"{_format}\", {string.Join(", ", _args)})]";
            }
        }
    }

    public static AkkaEqualException ForMismatchedValues(
        object? expected, object? actual, string? format = null, params object[] args) =>
        new(
            $"Assert.Equal() Failure: {format ?? "Values differ"}{Environment.NewLine}"
            + $"Expected: {Show(expected)}{Environment.NewLine}"
            + $"Actual:   {Show(actual)}",
            args);

    private static string Show(object? value) =>
        (value as string ?? ArgumentFormatter.Format(value)).Replace(Environment.NewLine, Environment.NewLine + new string(' ', 10));
}
