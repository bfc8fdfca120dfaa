using System;
using Akka.TestKit.Xunit2.Internals;
using Xunit;

namespace Akka.TestKit.Xunit2;

/// <summary>Fails a test the way xUnit does.</summary>
public class XunitAssertions : ITestKitAssertions
{
    public void Fail(string format = "", params object[] args) => Assert.Fail(string.Format(format, args));

    public void AssertTrue(bool condition, string format = "", params object[] args) =>
        Assert.True(condition, string.Format(format, args));

    public void AssertFalse(bool condition, string format = "", params object[] args) =>
        Assert.False(condition, string.Format(format, args));

    public void AssertEqual<T>(T expected, T actual, string format = "", params object[] args) =>
        AssertEqual(expected, actual, new AkkaAssertEqualityComparer<T>().Equals, format, args);

    public void AssertEqual<T>(T expected, T actual, Func<T, T, bool> comparer, string format = "", params object[] args)
    {
        if (!comparer(expected, actual))
        {
            throw AkkaEqualException.ForMismatchedValues(expected, actual, format, args);
        }
    }
}
