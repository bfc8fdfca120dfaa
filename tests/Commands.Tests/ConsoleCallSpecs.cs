using ActorBrowser.ChildEntrypoints.Commands;

namespace ActorBrowser.CommandsTests;

/// <summary>Calls to the host of a command's console on Windows, which the command can suspend.</summary>
public sealed class ConsoleCallSpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_call_that_does_not_return_holds_neither_its_caller_nor_who_waits_for_its_end()
    {
        using var suspended = new ManualResetEventSlim();
        var calls = new ConsoleCalls();
        Assert.True(calls.TryPost(() => suspended.Wait(Patience)));
        Assert.False(await calls.EndWithinAsync(TimeSpan.FromMilliseconds(50)));
        suspended.Set();
        Assert.True(await calls.EndWithinAsync(Patience));
    }

    [Fact]
    public async Task Calls_are_made_one_after_another_and_the_end_of_the_last_is_waited_for()
    {
        var calls = new ConsoleCalls();
        var made = new List<int>();
        for (var round = 0; round < 200; round++)
        {
            for (var i = 0; i < 3; i++)
            {
                var number = (3 * round) + i;
                Assert.True(calls.TryPost(() => made.Add(number)));
            }
            Assert.True(await calls.EndWithinAsync(Patience));
            Assert.Equal(3 * (round + 1), made.Count);
        }
        Assert.Equal(Enumerable.Range(0, 600), made);
    }

    [Fact]
    public async Task Calls_that_wait_behind_one_that_hangs_are_limited_and_those_beyond_are_not_made()
    {
        using var suspended = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var (calls, made) = (new ConsoleCalls(), 0);
        Assert.True(calls.TryPost(() =>
        {
            begun.Set();
            suspended.Wait(Patience);
        }));
        Assert.True(begun.Wait(Patience));
        for (var i = 0; i < ConsoleCalls.Most; i++)
            Assert.True(calls.TryPost(() => made++));
        Assert.False(calls.TryPost(() => made++));
        suspended.Set();
        Assert.True(await calls.EndWithinAsync(Patience));
        Assert.Equal(ConsoleCalls.Most, made);
    }
}
