using System;

namespace Akka.Util;

/// <summary>What came of a computation that may have thrown.</summary>
public class Try<T>
{
    public Try(T success) => Success = success;

    public Try(Exception failure) => Failure = failure;

    public bool IsSuccess => Success.HasValue;

    public Option<T> Success { get; } = Option<T>.None;

    public Option<Exception> Failure { get; } = Option<Exception>.None;

    public static implicit operator Try<T>(T value) => new(value);

    public static Try<T> From(Func<T> func)
    {
        try
        {
            return new(func());
        }
        catch (Exception exception)
        {
            return new(exception);
        }
    }

    public Try<T> Recover(Action<Exception> failureHandler) => RecoverWith(exception =>
    {
        failureHandler(exception);
        return this;
    });

    public Try<T> RecoverWith(Func<Exception, Try<T>> failureHandler)
    {
        if (!Failure.HasValue)
        {
            return this;
        }

        try
        {
            return failureHandler(Failure.Value);
        }
        catch (Exception exception)
        {
            return new(exception);
        }
    }

    public Try<T> OrElse(Try<T> @default) => IsSuccess ? this : @default;

    public Try<T> GetOrElse(Func<T> fallback) => IsSuccess ? this : From(fallback);

    public T Get() => Failure.HasValue ? throw Failure.Value : Success.Value;
}
